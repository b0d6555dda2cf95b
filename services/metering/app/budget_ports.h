// What budgets need of the world. storage/ keeps them in Postgres, clients/ sends their alerts;
// tests/support has both in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/metering/domain/budget.h"

namespace furnace::metering {

inline constexpr int kMaxBudgetsOfProject = 50;
/// Over all projects: a scheduler asks for all of them at once.
inline constexpr int kMaxHardBudgets = 10'000;
inline constexpr int kMaxListedAlerts = 100;

/// A budget, its window and what was spent in it, in the limit's unit, rounded up.
struct BudgetState {
  Budget budget;
  BudgetSpan span;
  std::int64_t spent = 0;
};

/// A threshold that was reached.
struct BudgetAlert {
  std::int64_t id = 0;  // Rises; set by the store.
  std::string budget_id = {};
  absl::Time window_start = absl::UnixEpoch();
  int threshold = 0;
  std::int64_t spent = 0;
  std::int64_t limit = 0;
  absl::Time created_at = absl::UnixEpoch();
  std::optional<absl::Time> delivered_at = {};
  int attempts = 0;
  std::string last_error = {};
};

/// An alert whose webhook is due.
struct DueAlert {
  BudgetAlert alert;
  Budget budget;
};

/// Budgets and what is recorded against them. Thread-safe. Errors of all, besides those named:
/// of the database.
class BudgetStore {
 public:
  virtual ~BudgetStore() = default;

  /// ALREADY_EXISTS for a name that the project has; RESOURCE_EXHAUSTED when it has
  /// kMaxBudgetsOfProject, or for a hard one, when there are kMaxHardBudgets.
  virtual absl::Status Create(const Budget& budget) = 0;
  /// Spec and updated_at. NOT_FOUND; ALREADY_EXISTS, RESOURCE_EXHAUSTED as above.
  virtual absl::Status Update(const Budget& budget) = 0;
  /// NOT_FOUND.
  virtual absl::Status Delete(const std::string& project_id, const std::string& id) = 0;
  /// nullopt when the project has no such budget.
  virtual absl::StatusOr<std::optional<Budget>> Find(const std::string& project_id,
                                                     const std::string& id) = 0;
  /// By name.
  virtual absl::StatusOr<std::vector<Budget>> ListOf(const std::string& project_id) = 0;
  /// Of all projects, by id, those after `after_id` (empty: all); only with a hard stop, if
  /// `hard`.
  virtual absl::StatusOr<std::vector<Budget>> ListAll(bool hard, const std::string& after_id,
                                                      int limit) = 0;

  /// What is recorded in each budget's window that `now` lies in, in their order; of budgets that
  /// are stored, and of the present window or the one before.
  virtual absl::StatusOr<std::vector<BudgetState>> Spent(const std::vector<Budget>& budgets,
                                                         absl::Time now) = 0;

  /// Notes alerts, each once for its budget, window and threshold; `send`: with a webhook.
  virtual absl::Status AddAlert(const BudgetAlert& alert, bool send) = 0;
  /// Newest first.
  virtual absl::StatusOr<std::vector<BudgetAlert>> ListAlerts(const std::string& budget_id,
                                                              int limit) = 0;
  /// Alerts that are due, which nobody else is given before `term` is over: at most `of_project`
  /// of a project, and the first of each before the second of any.
  virtual absl::StatusOr<std::vector<DueAlert>> TakeDue(int limit, int of_project,
                                                        absl::Duration term) = 0;
  /// How the latest attempt went: delivered when `error` is empty; else it is sent again after
  /// `wait`, or no more.
  virtual absl::Status Settle(std::int64_t alert_id, const std::string& error,
                              std::optional<absl::Duration> wait) = 0;
};

}  // namespace furnace::metering
