#include "tests/support/metering_memory_budgets.h"

#include <algorithm>
#include <tuple>

namespace furnace::metering {

bool MemoryBudgetStore::HasName(const Budget& budget) const {
  return std::any_of(budgets_.begin(), budgets_.end(), [&budget](const auto& entry) {
    const Budget& other = entry.second;
    return other.id != budget.id && other.project_id == budget.project_id &&
           other.spec.name == budget.spec.name;
  });
}

bool MemoryBudgetStore::HasRoomFor(const Budget& budget) const {
  if (!budget.spec.hard_stop) return true;
  const auto others = std::ranges::count_if(budgets_, [&budget](const auto& entry) {
    return entry.first != budget.id && entry.second.spec.hard_stop;
  });
  return others < most_hard_;
}

absl::Status MemoryBudgetStore::Create(const Budget& budget) {
  if (ListOf(budget.project_id)->size() >= std::size_t{kMaxBudgetsOfProject}) {
    return absl::ResourceExhaustedError("budgets");
  }
  if (HasName(budget)) return absl::AlreadyExistsError("name");
  if (!HasRoomFor(budget)) return absl::ResourceExhaustedError("hard_stop");
  budgets_[budget.id] = budget;
  return absl::OkStatus();
}

absl::Status MemoryBudgetStore::Update(const Budget& budget) {
  const auto found = budgets_.find(budget.id);
  if (found == budgets_.end() || found->second.project_id != budget.project_id) {
    return absl::NotFoundError("budget");
  }
  if (HasName(budget)) return absl::AlreadyExistsError("name");
  if (!HasRoomFor(budget)) return absl::ResourceExhaustedError("hard_stop");
  found->second = budget;
  return absl::OkStatus();
}

absl::Status MemoryBudgetStore::Delete(const std::string& project_id, const std::string& id) {
  if (!Find(project_id, id)->has_value()) return absl::NotFoundError("budget");
  budgets_.erase(id);
  std::erase_if(alerts_, [&id](const Alert& entry) { return entry.alert.budget_id == id; });
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Budget>> MemoryBudgetStore::Find(const std::string& project_id,
                                                              const std::string& id) {
  const auto found = budgets_.find(id);
  if (found == budgets_.end() || found->second.project_id != project_id) return std::nullopt;
  return std::optional<Budget>(found->second);
}

absl::StatusOr<std::vector<Budget>> MemoryBudgetStore::ListOf(const std::string& project_id) {
  std::vector<Budget> budgets;
  for (const auto& [id, budget] : budgets_) {
    if (budget.project_id == project_id) budgets.push_back(budget);
  }
  std::sort(budgets.begin(), budgets.end(),
            [](const Budget& a, const Budget& b) { return a.spec.name < b.spec.name; });
  return budgets;
}

absl::StatusOr<std::vector<Budget>> MemoryBudgetStore::ListAll(bool hard,
                                                               const std::string& after_id,
                                                               int limit) {
  std::vector<Budget> budgets;
  for (auto it = budgets_.upper_bound(after_id); it != budgets_.end(); ++it) {
    if (budgets.size() == static_cast<std::size_t>(limit)) break;
    if (!hard || it->second.spec.hard_stop) budgets.push_back(it->second);
  }
  return budgets;
}

absl::StatusOr<std::vector<BudgetState>> MemoryBudgetStore::Spent(
    const std::vector<Budget>& budgets, absl::Time now) {
  std::vector<BudgetState> states;
  for (const Budget& budget : budgets) {
    states.push_back({.budget = budget,
                      .span = SpanOf(budget.spec.window, budget.created_at, now),
                      .spent = spent_[budget.id]});
  }
  return states;
}

absl::Status MemoryBudgetStore::AddAlert(const BudgetAlert& alert, bool send) {
  const auto key = [](const BudgetAlert& a) {
    return std::tuple(a.budget_id, a.window_start, a.threshold);
  };
  const bool known = std::any_of(alerts_.begin(), alerts_.end(), [&](const Alert& entry) {
    return key(entry.alert) == key(alert);
  });
  if (known || !budgets_.contains(alert.budget_id)) return absl::OkStatus();
  Alert& added = alerts_.emplace_back();
  added.alert = alert;
  added.alert.id = static_cast<std::int64_t>(alerts_.size());
  added.alert.created_at = clock_.Now();
  if (send) added.next_at = clock_.Now();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<BudgetAlert>> MemoryBudgetStore::ListAlerts(const std::string& budget_id,
                                                                       int limit) {
  std::vector<BudgetAlert> alerts;
  for (auto entry = alerts_.rbegin(); entry != alerts_.rend(); ++entry) {
    if (entry->alert.budget_id != budget_id) continue;
    if (alerts.size() < static_cast<std::size_t>(limit)) alerts.push_back(entry->alert);
  }
  return alerts;
}

absl::StatusOr<std::vector<DueAlert>> MemoryBudgetStore::TakeDue(int limit, int of_project,
                                                                 absl::Duration term) {
  std::vector<Alert*> queued;
  for (Alert& entry : alerts_) {
    if (entry.next_at && *entry.next_at <= clock_.Now()) queued.push_back(&entry);
  }
  std::ranges::stable_sort(queued, {}, &Alert::next_at);
  std::map<std::string, int> turns;
  std::multimap<int, Alert*> by_turn;
  for (Alert* const entry : queued) {
    const int turn = ++turns[budgets_.at(entry->alert.budget_id).project_id];
    if (turn <= of_project) by_turn.emplace(turn, entry);
  }
  std::vector<DueAlert> due;
  for (const auto& [turn, entry] : by_turn) {
    if (due.size() == static_cast<std::size_t>(limit)) break;
    entry->next_at = clock_.Now() + term;
    ++entry->alert.attempts;
    due.push_back({entry->alert, budgets_.at(entry->alert.budget_id)});
  }
  return due;
}

absl::Status MemoryBudgetStore::Settle(std::int64_t alert_id, const std::string& error,
                                       std::optional<absl::Duration> wait) {
  for (Alert& entry : alerts_) {
    if (entry.alert.id != alert_id) continue;
    entry.alert.last_error = error;
    if (error.empty()) entry.alert.delivered_at = clock_.Now();
    entry.next_at = std::nullopt;
    if (wait) entry.next_at = clock_.Now() + *wait;
  }
  return absl::OkStatus();
}

}  // namespace furnace::metering
