#include "services/scheduler/app/endpoint_health.h"

#include "libs/common/base/status.h"

namespace furnace::scheduler {

absl::StatusOr<EndpointHealth> HealthReader::Read(const std::string& endpoint_id) {
  FURNACE_ASSIGN_OR_RETURN(auto surveys, log_.Survey({endpoint_id}));
  const QueueSnapshot& queue = surveys[endpoint_id];
  EndpointHealth health{
      .in_queue = queue.queued + queue.held, .in_progress = queue.running, .ended = {}};
  FURNACE_ASSIGN_OR_RETURN(health.ended, Tally(endpoint_id));
  for (const FleetWorker& worker : fleet_.Workers()) {
    if (worker.endpoint_id == endpoint_id) ++health.workers[worker.state];
  }
  return health;
}

absl::StatusOr<JobTally> HealthReader::Tally(const std::string& endpoint_id) {
  {
    MutexLock lock(mutex_);
    const auto kept = kept_.find(endpoint_id);
    if (kept != kept_.end() && clock_.Now() - kept->second.counted < kTallyFor) {
      return kept->second.tally;
    }
  }
  FURNACE_ASSIGN_OR_RETURN(const JobTally tally, counter_.Count(endpoint_id, kCounted));
  MutexLock lock(mutex_);
  if (kept_.size() >= kMaxTallies) kept_.clear();
  kept_[endpoint_id] = {tally, clock_.Now()};
  return tally;
}

}  // namespace furnace::scheduler
