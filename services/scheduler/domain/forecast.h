#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "services/scheduler/domain/endpoint.h"
#include "services/scheduler/domain/job.h"
#include "services/scheduler/domain/outlook.h"
#include "services/scheduler/domain/wait_reason.h"

namespace furnace::scheduler {

/// When a job that waits for `reason` will start. Of one that waits for its time, that
/// time. Else the queue before it is played through many times, each with run times and
/// cold starts drawn from the endpoint's latest ones: running jobs end, workers on their
/// way connect, the autoscaler adds others, and jobs go out in order. Equal arguments
/// give equal answers.
///
/// nullopt when nothing can be said: the job waits for somebody to do something, the
/// endpoint has run too little, or what is known of its workers is old.
std::optional<Forecast> ForecastStart(const Job& job, const WaitReason& reason,
                                      const Endpoint& endpoint, const QueuePlace& place,
                                      absl::Time now);

/// What a unit costs, in nano-dollars.
struct UnitPrices {
  std::int64_t gpu_second = 0;
  std::int64_t invocation = 0;
};

/// What a run as long as the endpoint's middle one costs; 0 when it has had none. At most
/// the largest number there is.
std::int64_t ForecastCost(const RunHistory& runs, int gpu_count, const UnitPrices& prices);

}  // namespace furnace::scheduler
