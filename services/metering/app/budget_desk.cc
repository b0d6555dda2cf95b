#include "services/metering/app/budget_desk.h"

#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"

namespace furnace::metering {
namespace {

absl::Status CheckLock(const BudgetCaller& caller, bool locked) {
  if (!locked || caller.is_operator) return absl::OkStatus();
  return absl::PermissionDeniedError("locked: only operators may lock a budget or change one");
}

}  // namespace

absl::StatusOr<BudgetState> BudgetDesk::Create(const BudgetCaller& caller, BudgetSpec spec) {
  FURNACE_RETURN_IF_ERROR(Validate(spec));
  FURNACE_RETURN_IF_ERROR(CheckLock(caller, spec.locked));
  const absl::Time now = clock_.Now();
  const Budget budget{.id = NewUuid(now),
                      .project_id = caller.project_id,
                      .spec = std::move(spec),
                      .created_at = now,
                      .updated_at = now};
  FURNACE_RETURN_IF_ERROR(store_.Create(budget));
  return StateOf(budget);
}

absl::StatusOr<BudgetState> BudgetDesk::Get(const std::string& project_id, const std::string& id) {
  FURNACE_ASSIGN_OR_RETURN(const Budget budget, Find(project_id, id));
  return StateOf(budget);
}

absl::StatusOr<std::vector<BudgetState>> BudgetDesk::List(const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Budget> budgets, store_.ListOf(project_id));
  return store_.Spent(budgets, clock_.Now());
}

absl::StatusOr<BudgetState> BudgetDesk::Update(const BudgetCaller& caller, const std::string& id,
                                               BudgetSpec spec) {
  FURNACE_RETURN_IF_ERROR(Validate(spec));
  FURNACE_ASSIGN_OR_RETURN(Budget budget, Find(caller.project_id, id));
  FURNACE_RETURN_IF_ERROR(CheckLock(caller, budget.spec.locked || spec.locked));
  FURNACE_RETURN_IF_ERROR(CheckChange(budget.spec, spec));
  budget.spec = std::move(spec);
  budget.updated_at = clock_.Now();
  FURNACE_RETURN_IF_ERROR(store_.Update(budget));
  return StateOf(budget);
}

absl::StatusOr<BudgetState> BudgetDesk::Delete(const BudgetCaller& caller, const std::string& id) {
  FURNACE_ASSIGN_OR_RETURN(const Budget budget, Find(caller.project_id, id));
  FURNACE_RETURN_IF_ERROR(CheckLock(caller, budget.spec.locked));
  FURNACE_ASSIGN_OR_RETURN(BudgetState state, StateOf(budget));
  FURNACE_RETURN_IF_ERROR(store_.Delete(caller.project_id, id));
  return state;
}

absl::StatusOr<std::vector<BudgetAlert>> BudgetDesk::ListAlerts(const std::string& project_id,
                                                                const std::string& id) {
  FURNACE_RETURN_IF_ERROR(Find(project_id, id).status());
  return store_.ListAlerts(id, kMaxListedAlerts);
}

absl::StatusOr<Budget> BudgetDesk::Find(const std::string& project_id, const std::string& id) {
  if (!IsUuid(id)) return absl::NotFoundError("no such budget");
  FURNACE_ASSIGN_OR_RETURN(std::optional<Budget> budget, store_.Find(project_id, id));
  if (!budget) return absl::NotFoundError("no such budget");
  return *std::move(budget);
}

absl::StatusOr<BudgetState> BudgetDesk::StateOf(const Budget& budget) {
  FURNACE_ASSIGN_OR_RETURN(std::vector<BudgetState> states, store_.Spent({budget}, clock_.Now()));
  return std::move(states.front());
}

}  // namespace furnace::metering
