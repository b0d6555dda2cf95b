#include "services/scheduler/domain/job.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

void ChargeAttempt(Job& job, FailureCause cause, bool never_began, absl::Time now) {
  if (IsPlatformFault(cause)) {
    if (!never_began) ++job.loss_count;
    return;
  }
  if (cause != FailureCause::kNone) ++job.retry_count;
  job.gpu_time_us += absl::ToInt64Microseconds(now - *job.started_at) * job.gpu_count;
}

// The attempt did not begin with its lease, or at all.
void StartLate(Job& job, const Outcome& outcome, absl::Time now) {
  const absl::Time leased = *job.started_at;
  const bool was_first = job.first_started_at == leased;
  MoveStart(job, outcome.never_began ? now : std::clamp(leased + outcome.waited, leased, now));
  // It still waits for its first start.
  if (was_first && outcome.never_began) job.first_started_at.reset();
}

// When the attempt that runs ends, as it is heard of at `now`: a clock may have been set back.
absl::Time EndOf(const Job& job, absl::Time now) {
  return std::max({now, *job.started_at, job.reported.until});
}

absl::Status WrongState(const Job& job) {
  return Error(absl::StatusCode::kFailedPrecondition, "job {} is {}", job.id, ToString(job.status));
}

void Finish(Job& job, JobStatus status, absl::Time now) {
  job.status = status;
  job.completed_at = now;
  job.unfinished.clear();
}

// Where a job waits that depends on nothing any more.
void MakeRunnable(Job& job, absl::Time now) {
  const bool delayed = job.not_before && *job.not_before > now;
  job.status = delayed ? JobStatus::kDelayed : JobStatus::kInQueue;
  if (!delayed) job.not_before.reset();
}

}  // namespace

Job Accept(Job job, std::optional<absl::Time> not_before, absl::Duration ttl, absl::Time now) {
  if (not_before && *not_before > now) job.not_before = not_before;
  if (job.unfinished.empty()) {
    MakeRunnable(job, now);
  } else {
    job.status = JobStatus::kWaiting;
  }
  if (ttl > absl::ZeroDuration()) job.expires_at = now + ttl;
  job.queued_at = now;
  job.version = 1;
  return job;
}

absl::StatusOr<Job> Start(Job job, const WorkerOnGpu& worker, absl::Time now) {
  if (job.status != JobStatus::kInQueue) return WrongState(job);
  job.status = JobStatus::kInProgress;
  ++job.attempt;
  job.worker_id = worker.worker_id;
  job.gpu_type = worker.gpu_type;
  job.gpu_count = worker.gpu_count;
  job.cold_start = worker.cold_start;
  job.started_at = now;
  job.progress.clear();
  if (!job.first_started_at) job.first_started_at = now;
  ++job.version;
  return job;
}

void MoveStart(Job& job, absl::Time start) {
  if (job.first_started_at == job.started_at) job.first_started_at = start;
  job.started_at = start;
}

absl::StatusOr<Job> End(Job job, int epoch, const Outcome& outcome, int draw, absl::Time now) {
  if (job.status != JobStatus::kInProgress || job.attempt != epoch) {
    return Error(absl::StatusCode::kAborted, "attempt {} of job {} holds no lease", epoch, job.id);
  }
  now = EndOf(job, now);
  if (job.reported.count == 0) StartLate(job, outcome, now);
  ChargeAttempt(job, outcome.cause, outcome.never_began, now);
  job.reported = {};
  job.error = outcome.error;
  job.cause = outcome.cause;
  job.gpu_memory_peak_mib = std::max(job.gpu_memory_peak_mib, outcome.gpu_memory_peak_mib);
  ++job.version;
  if (outcome.cause == FailureCause::kNone) {
    job.output = outcome.output;
    job.output_stored = outcome.output_stored;
    Finish(job, JobStatus::kCompleted, now);
  } else if (MayRetry(job.retry, outcome.cause, job.retry_count, job.loss_count)) {
    const absl::Duration wait = BackoffBefore(job.retry, outcome.cause, job.retry_count, draw);
    const bool at_once = wait == absl::ZeroDuration();
    job.status = at_once ? JobStatus::kInQueue : JobStatus::kDelayed;
    if (!at_once) job.not_before = now + wait;
  } else {
    Finish(job, JobStatus::kFailed, now);
  }
  return job;
}

absl::StatusOr<Job> EndParent(Job job, const std::string& parent, JobStatus how, absl::Time now) {
  if (job.status != JobStatus::kWaiting || job.unfinished.erase(parent) == 0) {
    return WrongState(job);
  }
  if (how != JobStatus::kCompleted && job.on_parent_failure != ParentFailure::kContinue) {
    const bool skip = job.on_parent_failure == ParentFailure::kSkip;
    job.error = fmt::format("{}parent {} is {}", skip ? "skipped: " : "", parent, ToString(how));
    job.not_before.reset();
    ++job.version;
    Finish(job, skip ? JobStatus::kCancelled : JobStatus::kFailed, now);
  } else if (job.unfinished.empty()) {
    MakeRunnable(job, now);
    ++job.version;
  }
  return job;
}

absl::StatusOr<Job> Release(Job job, absl::Time now) {
  if (job.status != JobStatus::kDelayed || now < *job.not_before) return WrongState(job);
  job.status = JobStatus::kInQueue;
  job.not_before.reset();
  ++job.version;
  return job;
}

absl::StatusOr<Job> Expire(Job job, absl::Time now) {
  if (!Waits(job.status) || !job.expires_at || now < *job.expires_at) return WrongState(job);
  job.error = "not run within its time to live";
  job.cause = FailureCause::kNone;
  job.not_before.reset();
  ++job.version;
  Finish(job, JobStatus::kTimedOut, now);
  return job;
}

absl::StatusOr<Job> Redrive(Job job, absl::Duration ttl, absl::Time now) {
  if (job.status != JobStatus::kFailed && job.status != JobStatus::kTimedOut) {
    return WrongState(job);
  }
  job.status = JobStatus::kInQueue;
  job.retry_count = 0;
  job.loss_count = 0;
  job.error.clear();
  job.cause = FailureCause::kNone;
  job.progress.clear();
  job.completed_at.reset();
  job.expires_at.reset();
  if (ttl > absl::ZeroDuration()) job.expires_at = now + ttl;
  ++job.version;
  return job;
}

Job Cancel(Job job, absl::Time now) {
  if (IsFinal(job.status)) return job;
  if (job.status == JobStatus::kInProgress) {
    now = EndOf(job, now);
    ChargeAttempt(job, FailureCause::kNone, false, now);
    job.reported = {};
  }
  job.error = "cancelled";
  job.not_before.reset();
  job.cause = FailureCause::kNone;
  ++job.version;
  Finish(job, JobStatus::kCancelled, now);
  return job;
}

std::int64_t QueueScore(absl::Time runnable_at, int priority, absl::Duration head_start,
                        bool critical) {
  // More than any head start makes up for, and scores are still whole numbers in a
  // double.
  constexpr absl::Duration kCriticalHeadStart = absl::Hours(24 * 365 * 210);
  const std::int64_t ahead = priority * absl::ToInt64Microseconds(head_start) +
                             (critical ? absl::ToInt64Microseconds(kCriticalHeadStart) : 0);
  return absl::ToUnixMicros(runnable_at) - ahead;
}

}  // namespace furnace::scheduler
