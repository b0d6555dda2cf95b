#pragma once

#include <map>
#include <string>
#include <vector>

#include "libs/common/base/clock.h"
#include "services/metering/app/budget_ports.h"

namespace furnace::metering {

/// Budgets in memory. What is spent is what a test says. Not thread-safe.
class MemoryBudgetStore final : public BudgetStore {
 public:
  explicit MemoryBudgetStore(const Clock& clock, int most_hard = kMaxHardBudgets)
      : clock_(clock), most_hard_(most_hard) {}

  absl::Status Create(const Budget& budget) override;
  absl::Status Update(const Budget& budget) override;
  absl::Status Delete(const std::string& project_id, const std::string& id) override;
  absl::StatusOr<std::optional<Budget>> Find(const std::string& project_id,
                                             const std::string& id) override;
  absl::StatusOr<std::vector<Budget>> ListOf(const std::string& project_id) override;
  absl::StatusOr<std::vector<Budget>> ListAll(bool hard, const std::string& after_id,
                                              int limit) override;
  absl::StatusOr<std::vector<BudgetState>> Spent(const std::vector<Budget>& budgets,
                                                 absl::Time now) override;
  absl::Status AddAlert(const BudgetAlert& alert, bool send) override;
  absl::StatusOr<std::vector<BudgetAlert>> ListAlerts(const std::string& budget_id,
                                                      int limit) override;
  absl::StatusOr<std::vector<DueAlert>> TakeDue(int limit, int of_project,
                                                absl::Duration term) override;
  absl::Status Settle(std::int64_t alert_id, const std::string& error,
                      std::optional<absl::Duration> wait) override;

  void SetSpent(const std::string& budget_id, std::int64_t spent) { spent_[budget_id] = spent; }

 private:
  struct Alert {
    BudgetAlert alert;
    std::optional<absl::Time> next_at;
  };

  bool HasName(const Budget& budget) const;
  bool HasRoomFor(const Budget& budget) const;

  const Clock& clock_;
  const int most_hard_;
  std::map<std::string, Budget> budgets_;
  std::map<std::string, std::int64_t> spent_;
  std::vector<Alert> alerts_;
};

}  // namespace furnace::metering
