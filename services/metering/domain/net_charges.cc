#include "services/metering/domain/net_charges.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "libs/common/base/gpu_type.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"

namespace furnace::metering {
namespace {

constexpr std::size_t kMaxOfScope = 100;
constexpr std::size_t kMaxGpuType = 64;

using PartKey = std::tuple<EntryKind, std::string, std::string, std::optional<std::int64_t>>;

struct Reduction {
  std::string endpoint_id;
  std::string gpu_type;
  std::optional<std::int64_t> price_nanos;
  Int128 atto = 0;
};

bool IsOwn(const NetCharge& part, const Reduction& reduction) {
  return reduction.price_nanos && part.price_nanos == reduction.price_nanos &&
         part.endpoint_id == reduction.endpoint_id && part.gpu_type == reduction.gpu_type;
}

bool IsNear(const NetCharge& part, const Reduction& reduction) {
  return (reduction.endpoint_id.empty() || part.endpoint_id == reduction.endpoint_id) &&
         (reduction.gpu_type.empty() || part.gpu_type == reduction.gpu_type);
}

void Reduce(std::vector<NetCharge>& parts, const Reduction& reduction) {
  Int128 rest = reduction.atto;
  rest -= TakeOff(parts, rest, [&](const NetCharge& part) { return IsOwn(part, reduction); });
  rest -= TakeOff(parts, rest, [&](const NetCharge& part) { return IsNear(part, reduction); });
  TakeOff(parts, rest, [](const NetCharge&) { return true; });
}

// Sorts what it is told into what adds and what takes off.
class Sorter {
 public:
  absl::Status Add(const PartKey& key, AttoUsd amount) {
    if (amount.value <= 0) {
      const auto& [kind, endpoint_id, gpu_type, price_nanos] = key;
      reductions_.push_back({endpoint_id, gpu_type, price_nanos, -amount.value});
      return absl::OkStatus();
    }
    AttoUsd& sum = sums_[key];
    FURNACE_ASSIGN_OR_RETURN(sum, metering::Add(sum, amount));
    // So that no sum of parts overflows.
    FURNACE_ASSIGN_OR_RETURN(total_, metering::Add(total_, amount));
    return absl::OkStatus();
  }

  std::vector<NetCharge> Net() const {
    std::vector<NetCharge> parts;
    for (const auto& [key, sum] : sums_) {
      const auto& [kind, endpoint_id, gpu_type, price_nanos] = key;
      parts.push_back({kind, endpoint_id, gpu_type, price_nanos, sum.value});
    }
    for (const Reduction& reduction : reductions_) Reduce(parts, reduction);
    std::erase_if(parts, [](const NetCharge& part) { return part.atto == 0; });
    return parts;
  }

 private:
  std::map<PartKey, AttoUsd> sums_;
  AttoUsd total_ = {};
  std::vector<Reduction> reductions_;
};

template <typename Value>
bool Has(const std::vector<Value>& values, const Value& value) {
  return values.empty() || std::find(values.begin(), values.end(), value) != values.end();
}

template <typename Value>
absl::Status SortUnique(std::vector<Value>& values, const char* field) {
  if (values.size() > kMaxOfScope) {
    return Error(absl::StatusCode::kInvalidArgument, "{}: at most {}, not {}", field, kMaxOfScope,
                 values.size());
  }
  std::sort(values.begin(), values.end());
  if (std::adjacent_find(values.begin(), values.end()) == values.end()) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "{}: the same twice", field);
}

bool IsGpuType(std::string_view text) {
  return !text.empty() && text.size() <= kMaxGpuType &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.';
         });
}

}  // namespace

absl::StatusOr<std::vector<NetCharge>> NetCharges(std::span<const Charge> charges,
                                                  std::span<const Adjustment> adjustments) {
  Sorter sorter;
  for (const Charge& charge : charges) {
    FURNACE_RETURN_IF_ERROR(sorter.Add(
        {charge.kind, charge.endpoint_id, charge.gpu_type, charge.price_nanos}, charge.amount));
  }
  for (const Adjustment& adjustment : adjustments) {
    FURNACE_RETURN_IF_ERROR(
        sorter.Add({EntryKind::kBalance, adjustment.endpoint_id, adjustment.gpu_type, std::nullopt},
                   adjustment.amount));
  }
  return sorter.Net();
}

bool Covers(const Scope& scope, const NetCharge& part) {
  return Has(scope.endpoint_ids, part.endpoint_id) && Has(scope.kinds, part.kind) &&
         Has(scope.gpu_types, CanonicalGpuType(part.gpu_type));
}

absl::Status Settle(Scope& scope) {
  for (const std::string& id : scope.endpoint_ids) {
    if (!IsUuid(id)) return absl::InvalidArgumentError("endpoint_ids: not a UUID");
  }
  for (std::string& gpu_type : scope.gpu_types) {
    gpu_type = CanonicalGpuType(gpu_type);
    if (!IsGpuType(gpu_type)) return absl::InvalidArgumentError("gpu_types: not a GPU type");
  }
  for (const EntryKind kind : scope.kinds) {
    if (kind != EntryKind::kGpuTime && kind != EntryKind::kInvocation &&
        kind != EntryKind::kStorage) {
      return absl::InvalidArgumentError("kinds: must be GPU_TIME, INVOCATION or STORAGE");
    }
  }
  FURNACE_RETURN_IF_ERROR(SortUnique(scope.endpoint_ids, "endpoint_ids"));
  FURNACE_RETURN_IF_ERROR(SortUnique(scope.gpu_types, "gpu_types"));
  return SortUnique(scope.kinds, "kinds");
}

}  // namespace furnace::metering
