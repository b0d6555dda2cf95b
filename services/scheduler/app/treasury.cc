#include "services/scheduler/app/treasury.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/gpu_quota.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {
namespace {

constexpr int kFirstShard = 0;
constexpr std::int64_t kTurn = 8;  // Rounds.
// More than any budget has; a script's numbers are whole up to here.
constexpr std::int64_t kTooMuch = (std::int64_t{1} << 53) - 1;

// As the accounts tell them, for want of metering.
std::vector<Budget> BudgetsOf(const std::vector<std::map<std::string, StoredAccount>>& accounts) {
  std::map<std::string, Budget> budgets;
  for (const auto& in_shard : accounts) {
    for (const auto& [id, stored] : in_shard) {
      std::optional<Budget> budget = DecodeBudget(id, stored.definition);
      if (budget) budgets[id] = *std::move(budget);
    }
  }
  std::vector<Budget> list;
  for (auto& [id, budget] : budgets) list.push_back(std::move(budget));
  return list;
}

// What an attempt costs; nullopt while nobody can say.
std::optional<BudgetRate> RateOf(const Budget& budget) {
  if (budget.unit == BudgetUnit::kGpus) return BudgetRate{.budget_id = budget.id};
  if (budget.unit == BudgetUnit::kGpuTimeUs) {
    return BudgetRate{.budget_id = budget.id, .other_gpu_second = 1'000'000};
  }
  if (budget.rates == nullptr) return std::nullopt;
  return BudgetRate{.budget_id = budget.id,
                    .fixed = budget.rates->invocation,
                    .gpu_second = budget.rates->gpu_second};
}

// What a new lease of an endpoint's job costs.
struct LeaseCost {
  std::int64_t least = 0;  // On the cheapest of its GPU types.
  std::int64_t most = 0;
};

LeaseCost LeaseCostOf(const Budget& budget, const Endpoint& endpoint, absl::Duration lease) {
  if (budget.unit == BudgetUnit::kGpus) {
    return {.least = endpoint.gpu_count, .most = endpoint.gpu_count};
  }
  const std::optional<BudgetRate> rate = RateOf(budget);
  if (!rate || endpoint.gpu_types.empty()) return {};
  LeaseCost cost{.least = std::numeric_limits<std::int64_t>::max()};
  for (const std::string& gpu_type : endpoint.gpu_types) {
    const std::int64_t on_type = CostOf(rate->fixed, rate->GpuSecond(gpu_type), endpoint.gpu_count,
                                        absl::UnixEpoch(), absl::UnixEpoch() + lease);
    cost.least = std::min(cost.least, on_type);
    cost.most = std::max(cost.most, on_type);
  }
  return cost;
}

std::string_view OwnerOf(const Budget& budget) {
  if (!budget.api_key_id.empty()) return "API key";
  return budget.endpoint_id.empty() ? "project" : "endpoint";
}

std::string SentenceOf(const Budget& budget) {
  if (budget.unit == BudgetUnit::kGpus) {
    return fmt::format(
        "jobs that run have the GPUs of its project's quota, or leave too few: "
        "max_concurrent_gpus is {}",
        budget.limit > 0 ? std::to_string(budget.limit) : "not known now");
  }
  if (!RateOf(budget)) {
    return fmt::format("what the budget {} of its {} has left for it is not known now", budget.name,
                       OwnerOf(budget));
  }
  std::string text = fmt::format(
      "the budget {} of its {} is spent, or jobs that run hold it, or too little is left to start "
      "one",
      budget.name, OwnerOf(budget));
  if (budget.window_end != absl::InfiniteFuture()) {
    text +=
        fmt::format("; it begins anew at {}",
                    absl::FormatTime(absl::RFC3339_sec, budget.window_end, absl::UTCTimeZone()));
  }
  return text;
}

}  // namespace

// What a budget's accounts are to have, shard by shard.
struct Treasury::Plan {
  const Budget* budget = nullptr;
  std::map<int, std::int64_t> left;  // By shard.
  std::int64_t free = 0;             // To be given out.
  bool first = true;                 // No shard has been changed yet.
};

absl::Status Treasury::Refresh() {
  const bool leads = leader_.Leads(kFirstShard);
  bool idle = false;
  {
    MutexLock lock(mutex_);
    idle = loaded_ && budgets_.empty() &&
           std::all_of(seen_.begin(), seen_.end(), [](const auto& shard) { return shard.empty(); });
  }
  Accounts accounts;
  if (!idle) {
    FURNACE_RETURN_IF_ERROR(AskForWaiting());
    FURNACE_ASSIGN_OR_RETURN(accounts, ReadAll(leads));
  }
  absl::StatusOr<std::vector<Budget>> budgets = source_.HardBudgets();
  if (!budgets.ok()) {
    bool loaded = false;
    {
      MutexLock lock(mutex_);
      loaded = loaded_;
    }
    if (!loaded) {
      std::vector<Budget> known = BudgetsOf(accounts);
      Keep(std::move(known), std::move(accounts));
    } else if (!idle) {
      MutexLock lock(mutex_);
      seen_ = std::move(accounts);
    }
    return budgets.status();
  }
  if (idle && !budgets->empty()) {
    // The accounts have to be read before.
    FURNACE_ASSIGN_OR_RETURN(accounts, ReadAll(leads));
    FURNACE_ASSIGN_OR_RETURN(*budgets, source_.HardBudgets());
  }
  absl::Status distributed;
  if (leads && !accounts.empty()) distributed = Distribute(*budgets, accounts);
  Keep(*std::move(budgets), std::move(accounts));
  return distributed;
}

void Treasury::Keep(std::vector<Budget> budgets, Accounts accounts) {
  MutexLock lock(mutex_);
  loaded_ = true;
  budgets_.clear();
  for (Budget& budget : budgets) budgets_[budget.project_id].push_back(std::move(budget));
  seen_ = std::move(accounts);
}

absl::StatusOr<Treasury::Accounts> Treasury::ReadAll(bool fence) {
  Accounts accounts;
  for (int shard = 0; shard < leader_.shards(); ++shard) {
    FURNACE_ASSIGN_OR_RETURN(auto in_shard, accounts_.Read(shard, fence));
    accounts.push_back(std::move(in_shard));
  }
  return accounts;
}

std::vector<Treasury::Plan> Treasury::PlanFor(const std::vector<Budget>& budgets,
                                              const Accounts& accounts) const {
  std::map<std::string, std::vector<EndpointPtr>> endpoints;  // By project.
  for (const EndpointPtr& endpoint : catalog_.All()) {
    if (!endpoint->deleted) endpoints[endpoint->project_id].push_back(endpoint);
  }
  std::vector<Plan> plans;
  for (const Budget& budget : budgets) {
    std::map<int, std::int64_t> leases;  // What one costs at most, by shard.
    for (const EndpointPtr& endpoint : endpoints[budget.project_id]) {
      if (!budget.Covers(endpoint->project_id, endpoint->id)) continue;
      const std::int64_t cost = LeaseCostOf(budget, *endpoint, lease_).most;
      // More GPUs than there may be: its jobs can not start, and need no part of the quota.
      if (budget.unit == BudgetUnit::kGpus && cost > budget.limit) continue;
      std::int64_t& most = leases[ShardOfEndpoint(endpoint->id, leader_.shards())];
      most = std::max(most, cost);
    }
    std::vector<BudgetShare> shares;
    for (int shard = 0; shard < static_cast<int>(accounts.size()); ++shard) {
      const auto& in_shard = accounts[static_cast<std::size_t>(shard)];
      const auto stored = in_shard.find(budget.id);
      const auto lease = leases.find(shard);
      if (stored == in_shard.end() && lease == leases.end()) continue;
      BudgetShare& share = shares.emplace_back(BudgetShare{.shard = shard});
      if (lease != leases.end()) share.lease = lease->second;
      if (stored == in_shard.end()) continue;
      share.account = stored->second.account;
      share.wanted = stored->second.wanted;
      share.asked = stored->second.asked;
    }
    Plan& plan = plans.emplace_back();
    plan.budget = &budget;
    plan.free = FreeOf(budget, shares);
    const std::vector<std::int64_t> left = budget.unit == BudgetUnit::kGpus
                                               ? ShareOutGpus(budget, shares, round_ / kTurn)
                                               : ShareOut(budget, shares);
    for (std::size_t i = 0; i < shares.size(); ++i) plan.left[shares[i].shard] = left[i];
  }
  return plans;
}

absl::Status Treasury::Distribute(const std::vector<Budget>& budgets, Accounts& accounts) {
  ++round_;
  std::vector<Plan> plans = PlanFor(budgets, accounts);
  std::set<std::string> known;
  for (const Budget& budget : budgets) known.insert(budget.id);
  for (int shard = 0; shard < leader_.shards(); ++shard) {
    std::vector<AllowanceChange> dropped;
    for (const auto& [id, stored] : accounts[static_cast<std::size_t>(shard)]) {
      if (!known.contains(id)) dropped.push_back({.budget_id = id, .sequence = stored.sequence});
    }
    FURNACE_RETURN_IF_ERROR(ChangeIn(shard, dropped, plans, accounts));
  }
  return absl::OkStatus();
}

// The first account of a budget is changed even by nothing: whoever is refused there has been
// overtaken, and leaves the others alone.
absl::Status Treasury::ChangeIn(int shard, const std::vector<AllowanceChange>& dropped,
                                std::vector<Plan>& plans, Accounts& accounts) {
  auto& in_shard = accounts[static_cast<std::size_t>(shard)];
  std::vector<AllowanceChange> changes = dropped;
  std::vector<Plan*> of;
  for (Plan& plan : plans) {
    const auto target = plan.left.find(shard);
    if (target == plan.left.end()) continue;
    const StoredAccount& stored = in_shard[plan.budget->id];
    const bool renewed = stored.account.window != plan.budget->window_start;
    const std::int64_t left = renewed ? 0 : stored.account.left;
    const std::int64_t most =
        std::max<std::int64_t>(0, left) + std::max<std::int64_t>(0, plan.free);
    const std::int64_t change = std::min(target->second, most) - left;
    const std::string definition = EncodeBudget(*plan.budget);
    if (!plan.first && !renewed && change == 0 && definition == stored.definition) continue;
    changes.push_back({.budget_id = plan.budget->id,
                       .sequence = stored.sequence,
                       .window = plan.budget->window_start,
                       .change = change,
                       .definition = definition});
    of.push_back(&plan);
  }
  if (changes.empty()) return absl::OkStatus();
  FURNACE_ASSIGN_OR_RETURN(const auto made, accounts_.Change(shard, changes));
  for (std::size_t i = dropped.size(); i < changes.size() && i < made.size(); ++i) {
    Plan& plan = *of[i - dropped.size()];
    plan.first = false;
    if (!made[i]) {
      plan.left.clear();
      continue;
    }
    StoredAccount& stored = in_shard[plan.budget->id];
    BudgetAccount& account = stored.account;
    if (account.window != plan.budget->window_start) {
      account = {.window = plan.budget->window_start};
    }
    const std::int64_t before = std::max<std::int64_t>(0, account.left);
    account.left += *made[i];
    const std::int64_t given = std::max<std::int64_t>(0, account.left) - before;
    // GPUs taken back may have been leased since they were read: the next round knows.
    plan.free -= plan.budget->unit == BudgetUnit::kGpus ? std::max<std::int64_t>(0, given) : given;
  }
  return absl::OkStatus();
}

std::optional<std::vector<BudgetRate>> Treasury::RatesOf(const Endpoint& endpoint) const {
  std::vector<BudgetRate> rates;
  MutexLock lock(mutex_);
  if (!loaded_) return std::nullopt;
  const auto of_project = budgets_.find(endpoint.project_id);
  if (of_project == budgets_.end()) return rates;
  for (const Budget& budget : of_project->second) {
    if (!budget.Covers(endpoint.project_id, endpoint.id)) continue;
    std::optional<BudgetRate> rate = RateOf(budget);
    if (!rate && budget.api_key_id.empty()) return std::nullopt;
    if (!rate) rate = BudgetRate{.budget_id = budget.id, .fixed = kTooMuch};
    rate->api_key_id = budget.api_key_id;
    rates.push_back(*std::move(rate));
  }
  return rates;
}

std::optional<StartBlock> Treasury::BlockOf(const Endpoint& endpoint,
                                            std::string_view api_key_id) const {
  const auto shard = static_cast<std::size_t>(ShardOfEndpoint(endpoint.id, leader_.shards()));
  const std::map<std::string, StoredAccount> none;
  MutexLock lock(mutex_);
  const auto of_project = budgets_.find(endpoint.project_id);
  if (of_project == budgets_.end()) return std::nullopt;
  for (const Budget& budget : of_project->second) {
    if (!budget.Covers(endpoint.project_id, endpoint.id)) continue;
    if (!budget.CoversKey(api_key_id)) continue;
    const auto& in_shard = shard < seen_.size() ? seen_[shard] : none;
    const auto found = in_shard.find(budget.id);
    const bool counts_gpus = budget.unit == BudgetUnit::kGpus;
    const bool is_known = counts_gpus || RateOf(budget).has_value();
    // What other shards have left is given to this one when it asks.
    if (is_known && found != in_shard.end() && (found->second.account.left > 0 || counts_gpus) &&
        LeftOf(budget.id) >= LeaseCostOf(budget, endpoint, lease_).least) {
      continue;
    }
    // One that has no account yet is about to be given one.
    return StartBlock{.constraint = counts_gpus ? WaitConstraint::kQuota : WaitConstraint::kBudget,
                      .detail = SentenceOf(budget),
                      .ends_standing = is_known && found != in_shard.end() && !counts_gpus &&
                                       budget.api_key_id.empty()};
  }
  return std::nullopt;
}

std::optional<std::int64_t> Treasury::MostGpusOf(const Endpoint& endpoint) const {
  MutexLock lock(mutex_);
  const auto of_project = budgets_.find(endpoint.project_id);
  if (of_project == budgets_.end()) return std::nullopt;
  for (const Budget& budget : of_project->second) {
    if (budget.unit == BudgetUnit::kGpus && budget.limit > 0) return budget.limit;
  }
  return std::nullopt;
}

void Treasury::NoteWaiting(const Endpoint& endpoint) const {
  MutexLock lock(mutex_);
  const auto of_project = budgets_.find(endpoint.project_id);
  if (of_project == budgets_.end()) return;
  for (const Budget& budget : of_project->second) {
    if (budget.unit != BudgetUnit::kGpus || endpoint.gpu_count > budget.limit) continue;
    waiting_[ShardOfEndpoint(endpoint.id, leader_.shards())].insert(budget.id);
  }
}

absl::Status Treasury::AskForWaiting() {
  std::map<int, std::set<std::string>> waiting;
  {
    MutexLock lock(mutex_);
    waiting.swap(waiting_);
  }
  for (const auto& [shard, ids] : waiting) {
    FURNACE_RETURN_IF_ERROR(accounts_.Ask(shard, {ids.begin(), ids.end()}));
  }
  return absl::OkStatus();
}

std::int64_t Treasury::LeftOf(const std::string& budget_id) const {
  std::int64_t left = 0;
  for (const auto& in_shard : seen_) {
    const auto found = in_shard.find(budget_id);
    if (found != in_shard.end()) left += std::max<std::int64_t>(0, found->second.account.left);
  }
  return left;
}

bool Treasury::MayCoverUnknown() const {
  MutexLock lock(mutex_);
  return !loaded_ || !budgets_.empty();
}

}  // namespace furnace::scheduler
