#include "services/scheduler/app/explainer.h"

#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/app/await.h"
#include "services/scheduler/domain/attribution.h"
#include "services/scheduler/domain/forecast.h"

namespace furnace::scheduler {

absl::StatusOr<std::optional<WaitReason>> Explainer::Explain(const Job& job) {
  if (!Waits(job.status)) return std::nullopt;
  FURNACE_ASSIGN_OR_RETURN(const EndpointPtr endpoint, catalog_.Find(job.endpoint_id));
  FURNACE_ASSIGN_OR_RETURN(
      const std::optional<QueuePlace> place,
      Await<std::optional<QueuePlace>>(
          [&](Done<std::optional<QueuePlace>> done) { queue_.Locate(job.id, std::move(done)); }));
  if (!place) return std::nullopt;
  const absl::Time now = clock_.Now();
  WaitReason reason = WhyWaiting(job, *endpoint, *place, now, BlockOf(*endpoint, job));
  reason.forecast = ForecastStart(job, reason, *endpoint, *place, now);
  if (!reason.forecast) return reason;
  if (const auto prices = prices_.For(*endpoint)) {
    reason.forecast->cost_nanos = ForecastCost(place->runs, endpoint->gpu_count, *prices);
  }
  // Of a job that waits for its time that time is told, which is no guess.
  const bool guess = job.status == JobStatus::kInQueue;
  if (guess) forecasts_.Given(job.id, *reason.forecast, now);
  return reason;
}

std::optional<StartBlock> Explainer::BlockOf(const Endpoint& endpoint, const Job& job) const {
  if (rules_ == nullptr) return std::nullopt;
  return rules_->BlockOf(endpoint, ParseAttribution(job.attribution).api_key_id);
}

}  // namespace furnace::scheduler
