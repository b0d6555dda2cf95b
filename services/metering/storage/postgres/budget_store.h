#pragma once

#include "libs/common/postgres/pool.h"
#include "services/metering/app/budget_ports.h"

namespace furnace::metering {

/// The tables metering.budgets, metering.budget_spending and metering.budget_alerts.
class PostgresBudgetStore final : public BudgetStore {
 public:
  /// `most_hard`: how many budgets may have a hard stop, over all projects.
  explicit PostgresBudgetStore(postgres::Pool& pool, int most_hard = kMaxHardBudgets)
      : pool_(pool), most_hard_(most_hard) {}

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

 private:
  postgres::Pool& pool_;
  const int most_hard_;
};

}  // namespace furnace::metering
