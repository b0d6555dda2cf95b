#include "services/metering/domain/rate_card.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <vector>

namespace furnace::metering {
namespace {

constexpr std::array<std::string_view, 3> kTiers = {kOnDemand, "spot", "reserved"};

}  // namespace

RateCard RateCardOf(const PriceList& prices, std::string_view project_id, std::int64_t time_us) {
  const std::vector<Price> lines = prices.InForce(time_us, project_id);
  std::set<std::string_view> regions = {""};
  for (const Price& line : lines) regions.insert(line.region);
  const auto dearest = [&](PriceUnit unit, std::string_view gpu_type) {
    std::int64_t most = 0;
    for (const std::string_view region : regions) {
      for (const std::string_view tier : kTiers) {
        const std::optional<std::int64_t> price = prices.At(
            unit, {.gpu_type = gpu_type, .project_id = project_id, .region = region, .tier = tier},
            time_us);
        most = std::max(most, price.value_or(0));
      }
    }
    return most;
  };
  RateCard card{.gpu_second = {}, .invocation = dearest(PriceUnit::kInvocation, "")};
  for (const Price& line : lines) {
    if (line.unit != PriceUnit::kGpuSecond || card.gpu_second.contains(line.gpu_type)) continue;
    card.gpu_second[line.gpu_type] = dearest(line.unit, line.gpu_type);
  }
  return card;
}

}  // namespace furnace::metering
