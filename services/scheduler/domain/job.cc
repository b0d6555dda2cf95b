#include "services/scheduler/domain/job.h"

#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

// Whether the job may be tried again after `cause`, which it has been charged with.
bool MayRetry(const Job& job, FailureCause cause) {
  if (IsPlatformFault(cause)) return job.loss_count < RetryLimits::kMaxLosses;
  return job.retry_count <= job.limits.max_retries;
}

void ChargeAttempt(Job& job, FailureCause cause, absl::Time now) {
  if (IsPlatformFault(cause)) {
    ++job.loss_count;
    return;
  }
  if (cause != FailureCause::kNone) ++job.retry_count;
  job.gpu_time_us += absl::ToInt64Microseconds(now - *job.started_at) * job.gpu_count;
}

void Finish(Job& job, JobStatus status, absl::Time now) {
  job.status = status;
  job.completed_at = now;
}

}  // namespace

absl::StatusOr<Job> Start(Job job, const WorkerOnGpu& worker, absl::Time now) {
  if (job.status != JobStatus::kInQueue) {
    return Error(absl::StatusCode::kFailedPrecondition, "job {} is {}", job.id,
                 ToString(job.status));
  }
  job.status = JobStatus::kInProgress;
  ++job.attempt;
  job.worker_id = worker.worker_id;
  job.gpu_type = worker.gpu_type;
  job.gpu_count = worker.gpu_count;
  job.cold_start = worker.cold_start;
  job.started_at = now;
  if (!job.first_started_at) job.first_started_at = now;
  ++job.version;
  return job;
}

absl::StatusOr<Job> End(Job job, int epoch, const Outcome& outcome, absl::Time now) {
  if (job.status != JobStatus::kInProgress || job.attempt != epoch) {
    return Error(absl::StatusCode::kAborted, "attempt {} of job {} holds no lease", epoch, job.id);
  }
  now = std::max(now, *job.started_at);  // A clock may have been set back.
  ChargeAttempt(job, outcome.cause, now);
  job.error = outcome.error;
  job.cause = outcome.cause;
  ++job.version;
  if (outcome.cause == FailureCause::kNone) {
    job.output = outcome.output;
    job.output_stored = outcome.output_stored;
    Finish(job, JobStatus::kCompleted, now);
  } else if (MayRetry(job, outcome.cause)) {
    job.status = JobStatus::kInQueue;
  } else {
    Finish(job, JobStatus::kFailed, now);
  }
  return job;
}

Job Cancel(Job job, absl::Time now) {
  if (IsFinal(job.status)) return job;
  if (job.status == JobStatus::kInProgress) {
    now = std::max(now, *job.started_at);  // A clock may have been set back.
    ChargeAttempt(job, FailureCause::kNone, now);
  }
  job.error = "cancelled";
  job.cause = FailureCause::kNone;
  ++job.version;
  Finish(job, JobStatus::kCancelled, now);
  return job;
}

std::int64_t QueueScore(absl::Time queued_at, int priority, absl::Duration head_start) {
  return absl::ToUnixMicros(queued_at) - priority * absl::ToInt64Microseconds(head_start);
}

}  // namespace furnace::scheduler
