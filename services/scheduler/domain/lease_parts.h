// An attempt that runs over an hour is reported by the hour, in parts, so that usage of an hour is
// known soon after it. This is the specification; storage/redis/lua/renew_leases.lua does the same.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "services/scheduler/domain/job.h"
#include "services/scheduler/domain/lifetime.h"

namespace furnace::scheduler {

/// Parts of one attempt at most. What is left is reported with its end.
inline constexpr int kMaxLeaseParts = 1'000;

/// Part [start, end) of an attempt. Parts follow upon each other without gap or overlap from its
/// start; what the attempt's end reports is the part after them.
struct LeasePart {
  int number = 1;  // From 1, in order of time.
  absl::Time start;
  absl::Time end;

  friend bool operator==(const LeasePart&, const LeasePart&) = default;
};

/// Takes from the running job the parts that have passed by `now` and are not reported: they end
/// at multiples of `length`. `waited`, not negative, is for how long its worker had it before a
/// handler began it; with the first part its start becomes final.
std::vector<LeasePart> TakeParts(Job& job, absl::Duration waited, absl::Time now,
                                 absl::Duration length = kLifetimeSlice);

}  // namespace furnace::scheduler
