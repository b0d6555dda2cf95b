// What jobs are going to cost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/metering/domain/money.h"
#include "services/metering/domain/pricing.h"

namespace furnace::metering {

inline constexpr std::int64_t kMaxEstimatedJobs = 1'000'000;
inline constexpr std::size_t kMaxEstimatedGpuTypes = 16;

/// How long successful attempts of an endpoint took on GPUs of one type and size.
struct Durations {
  std::string gpu_type;
  std::int64_t milli_gpus = 0;
  bool covered = false;  // The GPU time was charged with a worker's lifetime.
  std::int64_t attempts = 0;
  std::int64_t p50_us = 0;  // Half of them took at most so long,
  std::int64_t p90_us = 0;  // nine tenths so long.

  friend bool operator==(const Durations&, const Durations&) = default;
};

/// The jobs to estimate; what is not given is taken from history.
struct EstimateQuery {
  std::string project_id = {};
  std::vector<std::string> gpu_types = {};  // Empty: not given.
  std::int64_t milli_gpus = 0;              // 0: not given.
  std::int64_t execution_us = 0;            // 0: not given.
  std::int64_t jobs = 1;
};

/// What they cost on one GPU type.
struct EstimateRow {
  Durations durations;  // attempts is 0 when they were given.
  bool priced = false;  // Else it has no costs.
  AttoUsd low = {};     // If all take p50_us.
  AttoUsd high = {};    // If all take p90_us.

  friend bool operator==(const EstimateRow&, const EstimateRow&) = default;
};

/// The jobs' costs at the prices in force at `now_us`, by GPU type and size.
///
/// FAILED_PRECONDITION when `history` does not tell what `query` leaves open.
absl::StatusOr<std::vector<EstimateRow>> Estimate(const EstimateQuery& query,
                                                  const std::vector<Durations>& history,
                                                  const PriceList& prices, std::int64_t now_us);

}  // namespace furnace::metering
