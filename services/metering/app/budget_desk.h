#pragma once

#include <string>
#include <vector>

#include "libs/common/base/clock.h"
#include "services/metering/app/budget_ports.h"

namespace furnace::metering {

/// Who asks for a change of a budget.
struct BudgetCaller {
  std::string project_id;
  bool is_operator = false;
};

/// What clients do with budgets. Thread-safe. Errors of all, besides those named: of the store.
class BudgetDesk {
 public:
  BudgetDesk(BudgetStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// INVALID_ARGUMENT; PERMISSION_DENIED, a locked one not by an operator.
  absl::StatusOr<BudgetState> Create(const BudgetCaller& caller, BudgetSpec spec);
  /// NOT_FOUND.
  absl::StatusOr<BudgetState> Get(const std::string& project_id, const std::string& id);
  /// By name.
  absl::StatusOr<std::vector<BudgetState>> List(const std::string& project_id);
  /// As Create and Get.
  absl::StatusOr<BudgetState> Update(const BudgetCaller& caller, const std::string& id,
                                     BudgetSpec spec);
  /// The budget as it was.
  absl::StatusOr<BudgetState> Delete(const BudgetCaller& caller, const std::string& id);
  /// NOT_FOUND.
  absl::StatusOr<std::vector<BudgetAlert>> ListAlerts(const std::string& project_id,
                                                      const std::string& id);

 private:
  absl::StatusOr<Budget> Find(const std::string& project_id, const std::string& id);
  absl::StatusOr<BudgetState> StateOf(const Budget& budget);

  BudgetStore& store_;
  const Clock& clock_;
};

}  // namespace furnace::metering
