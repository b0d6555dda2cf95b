#include "services/metering/domain/price_change.h"

#include <algorithm>
#include <string_view>

#include "libs/common/base/gpu_type.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"

namespace furnace::metering {
namespace {

constexpr std::size_t kMaxLabelLength = 64;

absl::Status Invalid(std::string_view field, std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "{}: {}", field, what);
}

// Graphic ASCII: neither spaces nor what a canonical text could be broken with.
bool IsLabel(std::string_view text) {
  return text.size() <= kMaxLabelLength &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool IsOfGpus(PriceUnit unit) {
  return unit == PriceUnit::kGpuSecond || unit == PriceUnit::kWarmGpuSecond;
}

absl::Status CheckThing(const Price& price) {
  if (IsOfGpus(price.unit) == price.gpu_type.empty()) {
    return Invalid("gpu_type", IsOfGpus(price.unit) ? "must be given for GPU time"
                                                    : "must be empty: only GPU time has one");
  }
  if (!IsLabel(price.gpu_type) || price.gpu_type != CanonicalGpuType(price.gpu_type)) {
    return Invalid("gpu_type", "not a canonical GPU type, such as \"rtx4090\"");
  }
  if (!IsLabel(price.region)) {
    return Invalid("region", "must be at most 64 printable ASCII characters without spaces");
  }
  if (!price.tier.empty() && price.tier != kOnDemand && price.tier != "spot" &&
      price.tier != "reserved") {
    return Invalid("tier", "must be on_demand, spot or reserved, or empty for all");
  }
  if (!price.project_id.empty() && !IsUuid(price.project_id)) {
    return Invalid("project_id", "not a UUID");
  }
  return absl::OkStatus();
}

bool IsGeneral(const Price& price) {
  return price.project_id.empty() && price.region.empty() && price.tier.empty();
}

absl::Status CheckNanos(const Price& price) {
  if (price.ended && price.nanos != 0) return Invalid("nanos", "not together with ended");
  if (price.ended && IsGeneral(price)) {
    return Invalid("ended", "a line without project, region and tier has none to give way to");
  }
  if (price.nanos < 0 || price.nanos > kMaxPriceNanos) {
    return Invalid("nanos", "must be 0 to 1000000000000, which are 1,000 USD");
  }
  return absl::OkStatus();
}

absl::Status CheckEffectiveFrom(std::int64_t from_us, std::int64_t now_us) {
  if (from_us % kHourUs != 0) return Invalid("effective_from", "not a whole UTC hour");
  if (from_us > now_us + kMaxAheadUs) {
    return Invalid("effective_from", "more than 400 days in the future");
  }
  if (from_us < HourOf(now_us)) {
    return Error(absl::StatusCode::kFailedPrecondition,
                 "effective_from: before the present hour: what is booked keeps its price");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckChange(const Price& price, std::int64_t now_us) {
  FURNACE_RETURN_IF_ERROR(CheckThing(price));
  FURNACE_RETURN_IF_ERROR(CheckNanos(price));
  return CheckEffectiveFrom(price.effective_from_us, now_us);
}

}  // namespace furnace::metering
