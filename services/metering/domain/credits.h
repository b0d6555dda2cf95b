// Prepaid and promotional credit.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/metering/domain/charge.h"
#include "services/metering/domain/net_charges.h"
#include "services/metering/domain/usage.h"

namespace furnace::metering {

inline constexpr int kMaxPriority = 1'000;
inline constexpr std::int64_t kMaxValidUs = 20 * 366 * kDayUs;

/// Credit that a project was given. Never changes.
struct Grant {
  std::string id = {};  // UUIDv7.
  std::string project_id = {};
  std::int64_t amount_nanos = 0;
  int priority = 0;
  Span valid = {};
  Scope scope = {};
  std::string reason = {};
  std::string idempotency_key = {};  // Empty: none.
  std::int64_t created_us = 0;
};

/// INVALID_ARGUMENT, naming the field, unless all is in its range at `now_us`; see the proto.
/// Settles the scope.
absl::Status Settle(Grant& grant, std::int64_t now_us);

/// Whether both give the same, whoever they are: ids, keys and times of creation aside.
bool IsSameGift(const Grant& one, const Grant& other);

/// A grant, and what no committed period has used and nobody taken back.
struct GrantBalance {
  Grant grant;
  AttoUsd left = {};
};

/// The order of use: priority, expiry, id.
bool IsUsedBefore(const Grant& one, const Grant& other);

/// Whether the grant is valid at some moment of the period. A period is paid as a whole, for
/// its charges have no time of their own.
bool PaysIn(const Grant& grant, Span period);

/// What the grant pays: `atto`, more than 0.
Adjustment UseOf(const Grant& grant, Int128 atto);

/// What the grants, in any order, pay of a period that comes to `charges` and `adjustments`:
/// one adjustment for each that pays anything, in the order of use. None pays more than what
/// it has left, nor more than what its scope leaves to pay. OUT_OF_RANGE as NetCharges.
absl::StatusOr<std::vector<Adjustment>> ApplyGrants(std::vector<GrantBalance> grants, Span period,
                                                    std::span<const Charge> charges,
                                                    std::span<const Adjustment> adjustments);

/// 1 to 256 printable ASCII characters; INVALID_ARGUMENT, naming `field`.
absl::Status CheckReason(std::string_view field, std::string_view text);

}  // namespace furnace::metering
