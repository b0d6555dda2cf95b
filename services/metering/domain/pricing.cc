#include "services/metering/domain/pricing.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace furnace::metering {
namespace {

using PriceKey = std::tuple<PriceUnit, std::string_view, std::int64_t>;

PriceKey KeyOf(const Price& price) { return {price.unit, price.gpu_type, price.effective_from_us}; }

bool SameThing(const Price& a, const Price& b) {
  return a.unit == b.unit && a.gpu_type == b.gpu_type;
}

}  // namespace

PriceList::PriceList(std::vector<Price> prices) : prices_(std::move(prices)) {
  std::sort(prices_.begin(), prices_.end(),
            [](const Price& a, const Price& b) { return KeyOf(a) < KeyOf(b); });
}

std::optional<std::int64_t> PriceList::GpuSecond(std::string_view gpu_type,
                                                 std::int64_t time_us) const {
  return At(PriceUnit::kGpuSecond, gpu_type, time_us);
}

std::optional<std::int64_t> PriceList::Invocation(std::int64_t time_us) const {
  return At(PriceUnit::kInvocation, "", time_us);
}

std::vector<Price> PriceList::InForce(std::int64_t time_us) const {
  std::vector<Price> lines;
  for (const Price& price : prices_) {
    if (price.effective_from_us > time_us) continue;
    if (!lines.empty() && SameThing(lines.back(), price)) lines.pop_back();
    lines.push_back(price);
  }
  return lines;
}

std::optional<std::int64_t> PriceList::At(PriceUnit unit, std::string_view gpu_type,
                                          std::int64_t time_us) const {
  const PriceKey wanted(unit, gpu_type, time_us);
  const auto after =
      std::upper_bound(prices_.begin(), prices_.end(), wanted,
                       [](const PriceKey& key, const Price& price) { return key < KeyOf(price); });
  if (after == prices_.begin()) return std::nullopt;
  const Price& last = *std::prev(after);
  if (last.unit != unit || last.gpu_type != gpu_type) return std::nullopt;
  return last.nanos;
}

}  // namespace furnace::metering
