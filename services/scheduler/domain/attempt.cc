#include "services/scheduler/domain/attempt.h"

#include <algorithm>

#include "services/scheduler/domain/text.h"

namespace furnace::scheduler {
namespace {

// Whether the job's present or last attempt runs, or is what ended it. One that waited for a
// retry when it was cancelled is the exception: it does not say so, but that attempt is among
// the earlier ones.
bool TellsOfLastAttempt(const Job& job) {
  if (job.attempt == 0 || !job.started_at) return false;
  switch (job.status) {
    case JobStatus::kInProgress:
    case JobStatus::kCompleted:
    case JobStatus::kFailed:
    case JobStatus::kCancelled: return true;
    case JobStatus::kWaiting:
    case JobStatus::kDelayed:
    case JobStatus::kInQueue:
    case JobStatus::kTimedOut: break;
  }
  return false;
}

Attempt LastAttempt(const Job& job) {
  Attempt attempt{.number = job.attempt,
                  .worker_id = job.worker_id,
                  .gpu_type = job.gpu_type,
                  .started_at = *job.started_at,
                  .ended_at = job.completed_at,
                  .error = {}};
  if (job.status == JobStatus::kFailed) {
    attempt.cause = job.cause;
    attempt.error = CutUtf8(job.error, kMaxAttemptErrorBytes);
  }
  if (job.completed_at) {
    attempt.gpu_time_us =
        BilledGpuTime(*job.started_at, *job.completed_at, job.gpu_count, attempt.cause);
  }
  return attempt;
}

}  // namespace

std::int64_t BilledGpuTime(absl::Time start, absl::Time end, int gpus, FailureCause cause) {
  if (IsPlatformFault(cause)) return 0;
  return std::max<std::int64_t>(0, absl::ToUnixMicros(end) - absl::ToUnixMicros(start)) * gpus;
}

bool HasEarlierAttempts(const Job& job) {
  const bool tells_all = job.attempt == 1 && (job.status == JobStatus::kInProgress ||
                                              job.status == JobStatus::kCompleted);
  return job.attempt > 0 && !tells_all;
}

std::vector<Attempt> AttemptsOf(const Job& job, std::vector<Attempt> earlier) {
  const auto is_last = [&job](const Attempt& each) { return each.number == job.attempt; };
  if (TellsOfLastAttempt(job) && std::none_of(earlier.begin(), earlier.end(), is_last)) {
    earlier.push_back(LastAttempt(job));
  }
  std::sort(earlier.begin(), earlier.end(),
            [](const Attempt& one, const Attempt& other) { return one.number < other.number; });
  if (earlier.size() > kMaxAttempts) {
    earlier.erase(earlier.begin(), earlier.end() - static_cast<std::ptrdiff_t>(kMaxAttempts));
  }
  return earlier;
}

}  // namespace furnace::scheduler
