#include "services/metering/domain/subsidy.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/domain/credits.h"

namespace furnace::metering {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxConditions = 20;
// Of a GPU-second in the unit of GPU time: microseconds times thousandths.
constexpr std::int64_t kGpuMilliUsOfSecond = std::int64_t{1'000'000} * kMilliGpus;

bool IsPolicyName(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kMaxName && name.front() >= 'a' && name.front() <= 'z' &&
         std::all_of(name.begin(), name.end(), fits);
}

absl::Status CheckLimits(const Award& award) {
  if (award.max_nanos && *award.max_nanos < 1) {
    return absl::InvalidArgumentError("max_nanos: must not be negative");
  }
  if (!award.max_gpu_seconds) return absl::OkStatus();
  if (*award.max_gpu_seconds < 1 || *award.max_gpu_seconds > kMaxGpuSeconds) {
    return absl::InvalidArgumentError("max_gpu_seconds: must be at most 1000000000");
  }
  for (const EntryKind kind : award.scope.kinds) {
    if (kind != EntryKind::kGpuTime) {
      return absl::InvalidArgumentError("max_gpu_seconds: only for GPU_TIME");
    }
  }
  return absl::OkStatus();
}

bool IsPaid(const Award& award, const NetCharge& part) {
  if (part.kind != EntryKind::kGpuTime &&
      (award.max_gpu_seconds ||
       (part.kind != EntryKind::kInvocation && part.kind != EntryKind::kStorage))) {
    return false;
  }
  return Covers(award.scope, part);
}

// Endpoint and GPU type.
using About = std::pair<std::string, std::string>;

struct Paid {
  Int128 atto = 0;
  Int128 gpu_milli_us = 0;
};

// One award, while it is applied.
class Payer {
 public:
  explicit Payer(const Award& award) : award_(award) {
    if (award.max_gpu_seconds) {
      gpu_left_ = static_cast<Int128>(*award.max_gpu_seconds) * kGpuMilliUsOfSecond;
    }
    if (award.max_nanos) atto_left_ = FromNanos(*award.max_nanos).value;
  }

  void Pay(NetCharge& part) {
    const std::int64_t price = part.price_nanos.value_or(0);
    Int128 covered = part.atto;
    if (gpu_left_) covered = std::min(covered, *gpu_left_ * price);
    Int128 atto =
        covered / kAllBp * award_.percent_bp + covered % kAllBp * award_.percent_bp / kAllBp;
    if (atto_left_) atto = std::min(atto, *atto_left_);
    if (atto == 0) return;
    part.atto -= atto;
    Paid& paid = paid_[{part.endpoint_id, part.gpu_type}];
    paid.atto += atto;
    if (atto_left_) *atto_left_ -= atto;
    if (part.kind != EntryKind::kGpuTime || price == 0) return;
    const Int128 gpu = (covered + price - 1) / price;
    paid.gpu_milli_us += gpu;
    if (gpu_left_) *gpu_left_ -= gpu;
  }

  std::vector<Adjustment> Done() const {
    std::vector<Adjustment> adjustments;
    for (const auto& [about, paid] : paid_) {
      adjustments.push_back(
          {.kind = AdjustmentKind::kSubsidy,
           .reference = award_.policy,
           .description =
               "Subsidy: " + (award_.description.empty() ? award_.policy : award_.description),
           .endpoint_id = about.first,
           .gpu_type = about.second,
           .quantity = paid.gpu_milli_us,
           .amount = {-paid.atto}});
    }
    return adjustments;
  }

 private:
  const Award& award_;
  std::optional<Int128> gpu_left_;
  std::optional<Int128> atto_left_;
  std::map<About, Paid> paid_;
};

// The dearest first; of one price in the order of the parts.
std::vector<NetCharge*> Dearest(std::vector<NetCharge>& parts) {
  std::vector<NetCharge*> sorted;
  for (NetCharge& part : parts) sorted.push_back(&part);
  std::stable_sort(sorted.begin(), sorted.end(), [](const NetCharge* one, const NetCharge* other) {
    return one->price_nanos.value_or(0) > other->price_nanos.value_or(0);
  });
  return sorted;
}

}  // namespace

absl::Status Settle(Award& award) {
  if (!IsPolicyName(award.policy)) {
    return absl::InvalidArgumentError(
        "name: a small letter, then small letters, digits, - and _, at most 64");
  }
  if (award.percent_bp < 1 || award.percent_bp > kAllBp) {
    return absl::InvalidArgumentError("percent_bp: must be 1 to 10000");
  }
  if (!award.description.empty()) {
    FURNACE_RETURN_IF_ERROR(CheckReason("description", award.description));
  }
  if (!award.scope.endpoint_ids.empty()) {
    return absl::InvalidArgumentError("endpoint_ids: not for policies");
  }
  FURNACE_RETURN_IF_ERROR(CheckLimits(award));
  return Settle(award.scope);
}

absl::Status Settle(Policy& policy) {
  if (policy.priority < 0 || policy.priority > kMaxPriority) {
    return absl::InvalidArgumentError("priority: must be 0 to 1000");
  }
  if (policy.conditions.size() > kMaxConditions) {
    return absl::InvalidArgumentError("conditions: more than 20");
  }
  return Settle(policy.award);
}

bool IsAppliedBefore(const Policy& one, const Policy& other) {
  return std::tie(one.priority, one.award.policy) < std::tie(other.priority, other.award.policy);
}

std::vector<Award> Decide(std::vector<Policy> policies, const Attributes& attributes) {
  std::sort(policies.begin(), policies.end(), IsAppliedBefore);
  std::vector<Award> awards;
  for (Policy& policy : policies) {
    const bool matches = !policy.disabled &&
                         std::all_of(policy.conditions.begin(), policy.conditions.end(),
                                     [&](const Condition& one) { return Holds(one, attributes); });
    if (matches) awards.push_back(std::move(policy.award));
  }
  return awards;
}

absl::StatusOr<std::vector<Adjustment>> ApplyAwards(std::span<const Award> awards,
                                                    std::span<const Charge> charges,
                                                    std::span<const Adjustment> adjustments) {
  FURNACE_ASSIGN_OR_RETURN(std::vector<NetCharge> parts, NetCharges(charges, adjustments));
  const std::vector<NetCharge*> dearest = Dearest(parts);
  std::vector<Adjustment> subsidies;
  for (const Award& award : awards) {
    Payer payer(award);
    for (NetCharge* const part : dearest) {
      if (part->atto > 0 && IsPaid(award, *part)) payer.Pay(*part);
    }
    for (Adjustment& adjustment : payer.Done()) subsidies.push_back(std::move(adjustment));
  }
  return subsidies;
}

}  // namespace furnace::metering
