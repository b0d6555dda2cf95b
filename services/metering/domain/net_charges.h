#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/metering/domain/billing.h"
#include "services/metering/domain/charge.h"
#include "services/metering/domain/money.h"

namespace furnace::metering {

/// A part of what a period still comes to.
struct NetCharge {
  EntryKind kind = EntryKind::kGpuTime;  // kBalance: an agreement's, as a minimum is.
  std::string endpoint_id = {};          // Empty: of no endpoint.
  std::string gpu_type = {};
  std::optional<std::int64_t> price_nanos = {};
  Int128 atto = 0;  // More than 0.

  friend bool operator==(const NetCharge&, const NetCharge&) = default;
};

/// What stays to be paid, by kind, endpoint, GPU type and price, in this order; in all it is
/// the sum of `charges` and `adjustments`, or nothing when that is negative.
///
/// What lowers the sum is taken, in the order given, first off the part at its own price, then
/// off the parts of its endpoint and GPU type, then off any, first to last. OUT_OF_RANGE when a
/// sum has more than 38 digits.
absl::StatusOr<std::vector<NetCharge>> NetCharges(std::span<const Charge> charges,
                                                  std::span<const Adjustment> adjustments);

/// Takes up to `most` off the parts that `fits`, first to last; how much was taken.
template <typename Fits>
Int128 TakeOff(std::vector<NetCharge>& parts, Int128 most, const Fits& fits) {
  Int128 taken = 0;
  for (NetCharge& part : parts) {
    if (taken == most) break;
    if (!fits(part)) continue;
    const Int128 here = part.atto < most - taken ? part.atto : most - taken;
    part.atto -= here;
    taken += here;
  }
  return taken;
}

/// What a grant or a policy pays for; an empty list is no bound.
struct Scope {
  std::vector<std::string> endpoint_ids = {};
  std::vector<std::string> gpu_types = {};  // Canonical.
  std::vector<EntryKind> kinds = {};        // GPU time, invocations, storage.

  friend bool operator==(const Scope&, const Scope&) = default;
};

bool Covers(const Scope& scope, const NetCharge& part);

/// INVALID_ARGUMENT, naming the field, unless there are at most 100 of each, ids are UUIDs and
/// kinds those of Scope, none twice. Makes GPU types canonical and sorts each list.
absl::Status Settle(Scope& scope);

}  // namespace furnace::metering
