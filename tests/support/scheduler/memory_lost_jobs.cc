#include "tests/support/scheduler/memory_lost_jobs.h"

#include "services/scheduler/domain/restoration.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {

void MemoryLostJobs::LoseAll() {
  MutexLock lock(queue_.mutex_);
  queue_.jobs_.clear();
  queue_.events_.clear();
  queue_.known_.clear();
  queue_.past_.clear();
  queue_.lives_.clear();
}

absl::StatusOr<std::vector<std::string>> MemoryLostJobs::Missing(
    int shard, const std::vector<std::string>& ids) {
  std::vector<std::string> missing;
  MutexLock lock(queue_.mutex_);
  for (const std::string& id : ids) {
    if (ShardOfJob(id) == shard && !queue_.jobs_.contains(id)) missing.push_back(id);
  }
  return missing;
}

absl::StatusOr<int> MemoryLostJobs::PutBack(int shard, const std::vector<LostJob>& jobs) {
  int put = 0;
  MutexLock lock(queue_.mutex_);
  for (const LostJob& lost : jobs) {
    const Job& job = lost.record.job;
    const bool has_ended = queue_.past_[job.id] > job.version - kRestoredAhead;
    if (ShardOfJob(job.id) != shard || queue_.jobs_.contains(job.id) || has_ended) continue;
    MemoryJobQueue::Entry entry;
    entry.record = lost.record;
    entry.score = lost.score;
    Job before = job;
    --before.version;
    before.status = JobStatus::kInQueue;
    queue_.LogLocked(before, job, queue_.clock_.Now());
    queue_.jobs_[job.id] = std::move(entry);
    ++put;
  }
  return put;
}

}  // namespace furnace::scheduler
