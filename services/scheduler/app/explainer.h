#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Says why a job waits. Blocks. Thread-safe.
class Explainer {
 public:
  Explainer(JobQueue& queue, EndpointCatalog& catalog, const Clock& clock)
      : queue_(queue), catalog_(catalog), clock_(clock) {}

  /// nullopt when the job does not wait, or not any more. Errors of the queue and the
  /// registry.
  absl::StatusOr<std::optional<WaitReason>> Explain(const Job& job);

 private:
  JobQueue& queue_;
  EndpointCatalog& catalog_;
  const Clock& clock_;
};

}  // namespace furnace::scheduler
