#include "services/scheduler/app/explainer.h"

#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/app/await.h"

namespace furnace::scheduler {

absl::StatusOr<std::optional<WaitReason>> Explainer::Explain(const Job& job) {
  if (job.status != JobStatus::kDelayed && job.status != JobStatus::kInQueue) return std::nullopt;
  FURNACE_ASSIGN_OR_RETURN(const EndpointPtr endpoint, catalog_.Find(job.endpoint_id));
  FURNACE_ASSIGN_OR_RETURN(
      const std::optional<QueuePlace> place,
      Await<std::optional<QueuePlace>>(
          [&](Done<std::optional<QueuePlace>> done) { queue_.Locate(job.id, std::move(done)); }));
  if (!place) return std::nullopt;
  return WhyWaiting(job, *endpoint, *place, clock_.Now());
}

}  // namespace furnace::scheduler
