#include "services/metering/domain/pricing.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace furnace::metering {
namespace {

// What a line is told apart by, its shape: the greater, the more specific.
constexpr unsigned kOfTier = 1;
constexpr unsigned kOfRegion = 2;
constexpr unsigned kOfProject = 4;
constexpr unsigned kShapes = 8;

// What a line is for.
using ThingKey =
    std::tuple<PriceUnit, std::string_view, std::string_view, std::string_view, std::string_view>;

ThingKey ThingOf(const Price& price) {
  return {price.unit, price.gpu_type, price.region, price.tier, price.project_id};
}

unsigned ShapeOf(std::string_view project_id, std::string_view region, std::string_view tier) {
  return (project_id.empty() ? 0 : kOfProject) | (region.empty() ? 0 : kOfRegion) |
         (tier.empty() ? 0 : kOfTier);
}

auto OrderOf(const Price& price) {
  return std::tuple(ThingOf(price), price.effective_from_us, price.version);
}

// The line for `thing` that is in force at `time_us`; nullptr for none.
const Price* Find(const std::vector<Price>& prices, const ThingKey& thing, std::int64_t time_us) {
  const auto wanted = std::tuple(thing, time_us);
  const auto after = std::upper_bound(
      prices.begin(), prices.end(), wanted, [](const auto& key, const Price& price) {
        return key < std::tuple(ThingOf(price), price.effective_from_us);
      });
  if (after == prices.begin()) return nullptr;
  const Price& last = *std::prev(after);
  return ThingOf(last) == thing && !last.ended ? &last : nullptr;
}

}  // namespace

PriceList::PriceList(std::vector<Price> prices, std::int64_t version) {
  auto lines = std::make_shared<Lines>();
  lines->prices = std::move(prices);
  lines->version = version;
  std::sort(lines->prices.begin(), lines->prices.end(),
            [](const Price& a, const Price& b) { return OrderOf(a) < OrderOf(b); });
  for (const Price& price : lines->prices) {
    lines->shapes |= 1U << ShapeOf(price.project_id, price.region, price.tier);
  }
  lines_ = std::move(lines);
}

std::optional<std::int64_t> PriceList::At(PriceUnit unit, const PriceScope& scope,
                                          std::int64_t time_us) const {
  const std::string_view tier = scope.tier.empty() ? kOnDemand : scope.tier;
  const unsigned has = ShapeOf(scope.project_id, scope.region, tier);
  for (unsigned shape = kShapes; shape-- > 0;) {
    if ((lines_->shapes & 1U << shape) == 0 || (shape & ~has) != 0) continue;
    const ThingKey thing{unit, scope.gpu_type, (shape & kOfRegion) != 0 ? scope.region : "",
                         (shape & kOfTier) != 0 ? tier : "",
                         (shape & kOfProject) != 0 ? scope.project_id : ""};
    if (const Price* found = Find(lines_->prices, thing, time_us)) return found->nanos;
  }
  return std::nullopt;
}

std::vector<Price> PriceList::InForce(std::int64_t time_us, std::string_view project_id) const {
  std::vector<Price> lines;
  for (const Price& price : lines_->prices) {
    if (price.effective_from_us > time_us) continue;
    if (!price.project_id.empty() && price.project_id != project_id) continue;
    if (!lines.empty() && ThingOf(lines.back()) == ThingOf(price)) lines.pop_back();
    lines.push_back(price);
  }
  std::erase_if(lines, [](const Price& price) { return price.ended; });
  return lines;
}

}  // namespace furnace::metering
