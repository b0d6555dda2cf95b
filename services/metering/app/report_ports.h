// What cost reports need of the world.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/metering/domain/cost_query.h"
#include "services/metering/domain/estimate.h"

namespace furnace::metering {

/// Most attempts that Durations looks at: the latest.
inline constexpr int kMaxDurationSamples = 10'000;

/// Sums of what was recorded, by other things than hours, endpoints and GPU types, too, and
/// with tokens.
/// Thread-safe. Errors of all: those of the database; DEADLINE_EXCEEDED for too much usage.
class ReportStore {
 public:
  virtual ~ReportStore() = default;

  /// The exact sums of `query`, its groups from the `offset`-th on in their order, at most
  /// `limit`.
  virtual absl::StatusOr<CostPage> Costs(const CostQuery& query, std::int64_t offset,
                                         int limit) = 0;

  /// How long the endpoint's latest successful attempts that ended since `since_us` took, by
  /// GPU type, size and whether they were covered.
  virtual absl::StatusOr<std::vector<Durations>> DurationsOf(const std::string& project_id,
                                                             const std::string& endpoint_id,
                                                             std::int64_t since_us) = 0;
};

}  // namespace furnace::metering
