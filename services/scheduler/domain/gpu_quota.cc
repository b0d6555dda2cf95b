#include "services/scheduler/domain/gpu_quota.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace furnace::scheduler {
namespace {

using Numbers = std::vector<std::int64_t>;

// Deals GPUs out in lots, beginning with whose turn it is; a lot of 0: nothing for this one.
// What is less than a lot goes to the first: it may be enough for a smaller worker.
Numbers Deal(std::int64_t gpus, const Numbers& lots, std::int64_t turn) {
  Numbers parts(lots.size());
  const std::int64_t round = std::accumulate(lots.begin(), lots.end(), std::int64_t{0});
  if (round == 0 || gpus <= 0) return parts;
  for (std::size_t i = 0; i < lots.size(); ++i) parts[i] = gpus / round * lots[i];
  gpus %= round;
  std::size_t first = lots.size();
  for (std::size_t k = 0; k < lots.size(); ++k) {
    const std::size_t i = (static_cast<std::size_t>(turn) + k) % lots.size();
    if (lots[i] == 0) continue;
    if (first == lots.size()) first = i;
    if (lots[i] > gpus) continue;
    parts[i] += lots[i];
    gpus -= lots[i];
  }
  parts[first] += gpus;
  return parts;
}

// What a lease takes, of the accounts for which `counts`.
template <typename Counts>
Numbers LotsOf(const Budget& quota, const std::vector<BudgetShare>& shares, const Counts& counts) {
  Numbers lots;
  for (const BudgetShare& share : shares) {
    lots.push_back(counts(share) ? std::min(share.lease, quota.limit) : 0);
  }
  return lots;
}

Numbers LeftOf(const std::vector<BudgetShare>& shares) {
  Numbers left;
  for (const BudgetShare& share : shares) left.push_back(share.account.left);
  return left;
}

// As ShareOutGpus, when nobody asks.
Numbers Spread(const Budget& quota, const std::vector<BudgetShare>& shares, std::int64_t turn) {
  Numbers left = LeftOf(shares);
  const std::int64_t free = FreeOf(quota, shares);
  const Numbers lots = LotsOf(quota, shares, [](const BudgetShare&) { return true; });
  const Numbers parts = Deal(free >= 0 ? free : quota.limit, lots, turn);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    // The quota was lowered: nobody has more than a fair part.
    left[i] = free >= 0 ? left[i] + parts[i] : std::min(left[i], parts[i] - shares[i].account.held);
  }
  return left;
}

}  // namespace

Budget GpuQuota(const std::string& project_id, std::int64_t gpus) {
  return {.id = std::string(kGpuQuotaPrefix) + project_id,
          .project_id = project_id,
          .name = "max_concurrent_gpus",
          .unit = BudgetUnit::kGpus,
          .limit = gpus};
}

std::vector<std::int64_t> ShareOutGpus(const Budget& quota, const std::vector<BudgetShare>& shares,
                                       std::int64_t turn) {
  const auto asks = [](const BudgetShare& share) { return share.asked; };
  if (std::none_of(shares.begin(), shares.end(), asks)) return Spread(quota, shares, turn);
  const auto wants = [](const BudgetShare& share) { return share.asked || share.wanted; };
  const Numbers fair = Deal(quota.limit, LotsOf(quota, shares, wants), turn);
  Numbers parts;
  std::int64_t rest = quota.limit;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    parts.push_back(shares[i].asked ? 0 : std::min(fair[i], shares[i].account.held));
    rest -= parts[i];
  }
  const Numbers more = Deal(rest, LotsOf(quota, shares, asks), turn);
  Numbers left;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    left.push_back(parts[i] + more[i] - shares[i].account.held);
  }
  return left;
}

}  // namespace furnace::scheduler
