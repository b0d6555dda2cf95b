#include "tests/support/scheduler/memory_queue_loads.h"

#include "libs/common/base/status.h"

namespace furnace::scheduler {

absl::StatusOr<std::map<std::string, QueueLoad>> MemoryQueueLoads::Of(
    const std::vector<std::string>& endpoint_ids) {
  FURNACE_RETURN_IF_ERROR(failure_);
  meanwhile_();
  std::map<std::string, QueueLoad> loads;
  for (const std::string& id : endpoint_ids) loads[id] = {};
  MutexLock lock(queue_.mutex_);
  for (const auto& [id, entry] : queue_.jobs_) {
    const Job& job = entry.record.job;
    const bool waits = job.status == JobStatus::kDelayed || job.status == JobStatus::kInQueue;
    const auto load = loads.find(job.endpoint_id);
    if (!waits || load == loads.end()) continue;
    const std::size_t bytes =
        job.input.value_or("").size() + entry.record.s3_config.size() + job.attribution.size();
    load->second += {.jobs = 1, .bytes = static_cast<std::int64_t>(bytes)};
  }
  return loads;
}

}  // namespace furnace::scheduler
