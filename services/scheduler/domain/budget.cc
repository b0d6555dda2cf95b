#include "services/scheduler/domain/budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
// What an account that wants more is given for each unit of one that does not.
constexpr std::int64_t kWanted = 16;

BudgetAccount InWindow(const BudgetAccount& account, absl::Time window) {
  return account.window == window ? account : BudgetAccount{.window = window};
}

// Of what is neither recorded nor on its way there.
std::int64_t RoomOf(const Budget& budget, const std::vector<BudgetShare>& shares) {
  std::int64_t room = budget.limit - budget.spent;
  for (const BudgetShare& share : shares) {
    const BudgetAccount account = InWindow(share.account, budget.window_start);
    room -= account.held + account.pending;
  }
  return room;
}

// In parts, most of it to those that want it.
std::vector<std::int64_t> Divide(std::int64_t room, const std::vector<BudgetShare>& shares) {
  std::int64_t weights = 0;
  for (const BudgetShare& share : shares) weights += share.wanted ? kWanted : 1;
  std::vector<std::int64_t> parts;
  for (const BudgetShare& share : shares) {
    const std::int64_t weight = share.wanted ? kWanted : 1;
    parts.push_back(room / weights * weight + room % weights * weight / weights);
  }
  return parts;
}

// "<endpoint>/<API key>"; "-" stands for all endpoints, and of all keys nothing is said.
std::string ScopeOf(const Budget& budget) {
  const std::string scope = budget.endpoint_id.empty() ? "-" : budget.endpoint_id;
  return budget.api_key_id.empty() ? scope : scope + "/" + budget.api_key_id;
}

}  // namespace

std::int64_t CostOf(std::int64_t fixed, std::int64_t gpu_second, int gpus, absl::Time from,
                    absl::Time till) {
  const std::int64_t us = std::max<std::int64_t>(0, absl::ToInt64Microseconds(till - from));
  const std::int64_t rest = us % kSecondUs * gpus * gpu_second;
  return fixed + us / kSecondUs * gpus * gpu_second + (rest + kSecondUs - 1) / kSecondUs;
}

std::int64_t AmountOf(const BudgetHold& hold, int gpus, absl::Time from, absl::Time till) {
  if (IsGpuQuota(hold.budget_id)) return gpus;
  return CostOf(hold.fixed, hold.gpu_second, gpus, from, till);
}

void ExtendHold(int gpus, absl::Time start, absl::Time till, BudgetAccount& account,
                BudgetHold& hold) {
  const std::int64_t have = hold.window == account.window ? hold.amount : 0;
  const std::int64_t want = AmountOf(hold, gpus, std::max(start, account.window), till);
  account.left -= want - have;
  account.held += want - have;
  hold.window = account.window;
  hold.amount = want;
}

std::int64_t SettleHold(const BudgetHold& hold, int gpus, absl::Time start, absl::Time end,
                        bool billed, BudgetAccount& account) {
  const std::int64_t have = hold.window == account.window ? hold.amount : 0;
  const bool counts = billed && end >= account.window && !IsGpuQuota(hold.budget_id);
  const std::int64_t cost =
      counts ? CostOf(hold.fixed, hold.gpu_second, gpus, std::max(start, account.window), end) : 0;
  account.held -= have;
  account.left += have - cost;
  account.pending += cost;
  return cost;
}

std::int64_t SettlePart(int gpus, absl::Time start, absl::Time end, BudgetAccount& account,
                        BudgetHold& hold) {
  const std::int64_t have = hold.window == account.window ? hold.amount : 0;
  const std::int64_t cost = CostOf(0, hold.gpu_second, gpus, std::max(start, account.window),
                                   std::max(end, account.window));
  hold.window = account.window;
  hold.amount = std::max<std::int64_t>(0, have - cost);
  account.held += hold.amount - have;
  account.left += have - hold.amount - cost;
  account.pending += cost;
  return cost;
}

std::optional<absl::Time> LaterWindow(const BudgetAccount& account, absl::Time end, absl::Time at) {
  if (end == absl::InfiniteFuture() || end <= account.window || at < end) return std::nullopt;
  const absl::Duration length = end - account.window;
  return end + absl::Floor(at - end, length);
}

std::int64_t FreeOf(const Budget& budget, const std::vector<BudgetShare>& shares) {
  std::int64_t free = RoomOf(budget, shares);
  for (const BudgetShare& share : shares) {
    free -= std::max<std::int64_t>(0, InWindow(share.account, budget.window_start).left);
  }
  return free;
}

std::vector<std::int64_t> ShareOut(const Budget& budget, const std::vector<BudgetShare>& shares) {
  const std::int64_t room = std::max<std::int64_t>(0, RoomOf(budget, shares));
  std::vector<std::int64_t> left = Divide(room, shares);
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (!shares[i].wanted || shares[i].lease > room) continue;
    if (left[i] >= shares[i].lease) return left;
    if (!first) first = i;
  }
  if (!first) return left;
  left = Divide(room - shares[*first].lease, shares);
  left[*first] += shares[*first].lease;
  return left;
}

std::string EncodeBudget(const Budget& budget) {
  const bool ends = budget.window_end != absl::InfiniteFuture();
  return fmt::format("{} {} {} {} {}", static_cast<int>(budget.unit), budget.project_id,
                     ScopeOf(budget), ends ? absl::ToUnixMicros(budget.window_end) : 0,
                     budget.name);
}

std::optional<Budget> DecodeBudget(std::string_view id, std::string_view text) {
  const std::vector<std::string> words = absl::StrSplit(ToAbsl(text), absl::MaxSplits(' ', 4));
  constexpr std::size_t kWords = 5;
  int unit = 0;
  std::int64_t end_us = 0;
  if (words.size() != kWords || !absl::SimpleAtoi(words[0], &unit) ||
      !absl::SimpleAtoi(words[3], &end_us) || unit < 1 ||
      unit > static_cast<int>(BudgetUnit::kGpus)) {
    return std::nullopt;
  }
  const std::pair<std::string, std::string> scope = absl::StrSplit(words[2], '/');
  return Budget{.id = std::string(id),
                .project_id = words[1],
                .endpoint_id = scope.first == "-" ? "" : scope.first,
                .name = words[4],
                .unit = static_cast<BudgetUnit>(unit),
                .window_end = end_us == 0 ? absl::InfiniteFuture() : absl::FromUnixMicros(end_us),
                .api_key_id = scope.second};
}

}  // namespace furnace::scheduler
