#include "services/metering/domain/credits.h"

#include <algorithm>
#include <tuple>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"

namespace furnace::metering {
namespace {

constexpr std::size_t kMaxReason = 256;
constexpr std::size_t kMaxKey = 128;

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

absl::Status CheckValidity(Span valid, std::int64_t now_us) {
  if (valid.start_us < kEarliestUs || valid.start_us > now_us + kMaxValidUs) {
    return absl::InvalidArgumentError("valid_from: must be from 2020 on, at most 20 years ahead");
  }
  if (valid.end_us <= valid.start_us || valid.end_us <= now_us) {
    return absl::InvalidArgumentError("valid_until: must be after valid_from and in the future");
  }
  if (valid.end_us > now_us + kMaxValidUs) {
    return absl::InvalidArgumentError("valid_until: more than 20 years ahead");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckReason(std::string_view field, std::string_view text) {
  if (!text.empty() && text.size() <= kMaxReason && IsPrintable(text)) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument,
               "{}: must be 1 to 256 printable ASCII characters", field);
}

absl::Status Settle(Grant& grant, std::int64_t now_us) {
  if (!IsUuid(grant.project_id)) return absl::InvalidArgumentError("project_id: not a UUID");
  if (grant.amount_nanos < 1) {
    return absl::InvalidArgumentError("amount_nanos: must be at least 1");
  }
  if (grant.priority < 0 || grant.priority > kMaxPriority) {
    return absl::InvalidArgumentError("priority: must be 0 to 1000");
  }
  FURNACE_RETURN_IF_ERROR(CheckValidity(grant.valid, now_us));
  FURNACE_RETURN_IF_ERROR(CheckReason("reason", grant.reason));
  if (grant.idempotency_key.size() > kMaxKey || !IsPrintable(grant.idempotency_key)) {
    return absl::InvalidArgumentError(
        "idempotency_key: must be at most 128 printable ASCII characters");
  }
  return Settle(grant.scope);
}

bool IsSameGift(const Grant& one, const Grant& other) {
  const auto gift = [](const Grant& grant) {
    return std::tie(grant.project_id, grant.amount_nanos, grant.priority, grant.reason);
  };
  return gift(one) == gift(other) && one.valid == other.valid && one.scope == other.scope;
}

bool IsUsedBefore(const Grant& one, const Grant& other) {
  return std::tie(one.priority, one.valid.end_us, one.id) <
         std::tie(other.priority, other.valid.end_us, other.id);
}

bool PaysIn(const Grant& grant, Span period) {
  return grant.valid.start_us < period.end_us && grant.valid.end_us > period.start_us;
}

Adjustment UseOf(const Grant& grant, Int128 atto) {
  const Scope& scope = grant.scope;
  return {.kind = AdjustmentKind::kCredit,
          .reference = grant.id,
          .description = "Credit: " + grant.reason,
          .endpoint_id = scope.endpoint_ids.size() == 1 ? scope.endpoint_ids.front() : "",
          .gpu_type = scope.gpu_types.size() == 1 ? scope.gpu_types.front() : "",
          .amount = {-atto}};
}

absl::StatusOr<std::vector<Adjustment>> ApplyGrants(std::vector<GrantBalance> grants, Span period,
                                                    std::span<const Charge> charges,
                                                    std::span<const Adjustment> adjustments) {
  FURNACE_ASSIGN_OR_RETURN(std::vector<NetCharge> parts, NetCharges(charges, adjustments));
  std::sort(grants.begin(), grants.end(), [](const GrantBalance& one, const GrantBalance& other) {
    return IsUsedBefore(one.grant, other.grant);
  });
  std::vector<Adjustment> uses;
  for (const auto& [grant, left] : grants) {
    if (left.value <= 0 || !PaysIn(grant, period)) continue;
    const Int128 atto = TakeOff(parts, left.value,
                                [&](const NetCharge& part) { return Covers(grant.scope, part); });
    if (atto > 0) uses.push_back(UseOf(grant, atto));
  }
  return uses;
}

}  // namespace furnace::metering
