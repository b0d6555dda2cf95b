// Who pays for usage besides the project: policies over what is known of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/metering/domain/attributes.h"
#include "services/metering/domain/charge.h"
#include "services/metering/domain/net_charges.h"

namespace furnace::metering {

inline constexpr int kAllBp = 10'000;  // Basis points: everything.
inline constexpr std::size_t kMaxPolicies = 100;
inline constexpr std::int64_t kMaxGpuSeconds = 1'000'000'000;

/// What a policy pays of a period's usage.
struct Award {
  std::string policy = {};  // Its name: [a-z][a-z0-9_-]*, at most 64 characters.
  std::string description = {};
  Scope scope = {};  // Without endpoints; no kinds: all that a scope may name.
  int percent_bp = kAllBp;
  std::optional<std::int64_t> max_gpu_seconds = {};  // Then it is for GPU time alone.
  std::optional<std::int64_t> max_nanos = {};

  friend bool operator==(const Award&, const Award&) = default;
};

/// INVALID_ARGUMENT, naming the field, unless all is in its range; see the proto. Settles the
/// scope.
absl::Status Settle(Award& award);

/// Awards what all its conditions are true of.
struct Policy {
  std::int64_t version = 0;
  int priority = 0;
  std::vector<Condition> conditions = {};
  Award award = {};  // By its name.
  bool disabled = false;
  std::int64_t effective_from_us = 0;
};

/// As for Award; and at most 20 conditions.
absl::Status Settle(Policy& policy);

/// By priority, then by name.
bool IsAppliedBefore(const Policy& one, const Policy& other);

/// What the policies award to a project of these attributes, in the order of application.
std::vector<Award> Decide(std::vector<Policy> policies, const Attributes& attributes);

/// What the awards pay of a period that comes to `charges` and `adjustments`: one after
/// another, each of what is left, one adjustment for each endpoint and GPU type.
///
/// Of a limit of GPU time the dearest is paid first; it counts the time that the money left to
/// pay buys at its price. What is paid is rounded down to an atto-dollar. OUT_OF_RANGE as
/// NetCharges.
absl::StatusOr<std::vector<Adjustment>> ApplyAwards(std::span<const Award> awards,
                                                    std::span<const Charge> charges,
                                                    std::span<const Adjustment> adjustments);

}  // namespace furnace::metering
