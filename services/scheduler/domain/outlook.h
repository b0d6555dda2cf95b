// What a forecast is made of, and what it says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"

namespace furnace::scheduler {

/// An endpoint's workers at one moment, those that are told to end aside.
struct Capacity {
  static constexpr std::size_t kMaxTimes = 64;  // Of each list.

  absl::Time at = absl::InfinitePast();  // When this was so.
  int workers = 0;                       // Connected.
  int slots = 0;                         // Jobs that they can run at a time.
  std::vector<absl::Time> running;   // Since when their jobs run, of those of which it is known.
  std::vector<absl::Time> starting;  // When those that have not connected yet were started.

  friend bool operator==(const Capacity&, const Capacity&) = default;
};

/// What an endpoint's latest attempts took, newest first.
struct RunHistory {
  static constexpr std::size_t kMaxExecutions = 64;
  static constexpr std::size_t kMaxColdStarts = 16;

  std::vector<absl::Duration> executions;
  std::vector<absl::Duration> cold_starts;  // Of the workers that were new.

  friend bool operator==(const RunHistory&, const RunHistory&) = default;
};

/// When a waiting job will start, and what it will cost.
struct Forecast {
  absl::Time p50;               // As likely before as after.
  absl::Time p90;               // Before, nine times out of ten.
  std::int64_t cost_nanos = 0;  // Nano-dollars; 0: not known.

  friend bool operator==(const Forecast&, const Forecast&) = default;
};

}  // namespace furnace::scheduler
