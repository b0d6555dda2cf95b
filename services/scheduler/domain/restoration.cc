#include "services/scheduler/domain/restoration.h"

#include "libs/common/base/status.h"
#include "services/scheduler/domain/affinity.h"

namespace furnace::scheduler {

absl::StatusOr<Job> Restore(Job job) {
  if (IsFinal(job.status)) {
    return Error(absl::StatusCode::kFailedPrecondition, "job {} is {}", job.id,
                 ToString(job.status));
  }
  job.unfinished.clear();
  if (job.status == JobStatus::kWaiting) {
    job.unfinished = {job.depends_on.begin(), job.depends_on.end()};
    if (job.unfinished.empty()) {
      job.status = job.not_before ? JobStatus::kDelayed : JobStatus::kInQueue;
    }
  }
  if (job.status == JobStatus::kInProgress) job.status = JobStatus::kInQueue;
  job.attempt += kRestoredAhead;
  job.version += kRestoredAhead;
  return job;
}

std::int64_t RestoredScore(const Job& job, absl::Duration head_start) {
  const bool delayed = job.status <= JobStatus::kDelayed && job.not_before;
  return QueueScore(delayed ? *job.not_before : job.queued_at, job.priority, head_start,
                    ParseAffinityClass(job.affinity).critical);
}

}  // namespace furnace::scheduler
