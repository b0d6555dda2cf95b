#include "services/metering/storage/postgres/budget_store.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "libs/common/base/status.h"
#include "services/metering/storage/postgres/bill_writer.h"
#include "services/metering/storage/postgres/columns.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {
namespace {

using postgres::Param;

std::string Micros(absl::Time time) { return std::to_string(absl::ToUnixMicros(time)); }

Param OrNull(const std::string& id) { return id.empty() ? Param() : Param(id); }

std::string Flag(bool set) { return set ? "true" : "false"; }

std::string ArrayOf(const std::vector<int>& numbers) {
  return fmt::format("{{{}}}", fmt::join(numbers, ","));
}

std::vector<int> Numbers(std::string_view list) {
  std::vector<int> numbers;
  for (const auto word : absl::StrSplit(ToAbsl(list), ',', absl::SkipEmpty())) {
    int number = 0;
    if (absl::SimpleAtoi(word, &number)) numbers.push_back(number);
  }
  return numbers;
}

// The columns of select_budgets.sql.
std::vector<Budget> ReadBudgets(const postgres::Rows& rows) {
  std::vector<Budget> budgets;
  for (int row = 0; row < rows.size(); ++row) {
    Budget& budget = budgets.emplace_back();
    budget.id = rows.Text(row, 0);
    budget.project_id = rows.Text(row, 1);
    budget.spec.endpoint_id = rows.Text(row, 2);
    budget.spec.name = rows.Text(row, 3);
    budget.spec.unit = static_cast<BudgetUnit>(rows.Int(row, 4));
    budget.spec.limit = rows.Int(row, 5);
    budget.spec.window = static_cast<BudgetWindow>(rows.Int(row, 6));
    budget.spec.thresholds = Numbers(rows.Text(row, 7));
    budget.spec.hard_stop = rows.Bool(row, 8);
    budget.spec.webhook = rows.Text(row, 9);
    budget.spec.locked = rows.Bool(row, 10);
    budget.spec.api_key_id = rows.Text(row, 11);
    budget.created_at = absl::FromUnixMicros(rows.Int(row, 12));
    budget.updated_at = absl::FromUnixMicros(rows.Int(row, 13));
  }
  return budgets;
}

absl::Status NameTaken(const absl::Status& status) {
  if (!absl::IsAlreadyExists(status)) return status;
  return absl::AlreadyExistsError("name: the project has a budget of this name");
}

absl::Status OneChanged(const absl::StatusOr<postgres::Rows>& rows, absl::Status otherwise) {
  if (!rows.ok()) return NameTaken(rows.status());
  return rows->affected() > 0 ? absl::OkStatus() : std::move(otherwise);
}

absl::Status Insert(postgres::Connection& connection, const Budget& budget) {
  const BudgetSpec& spec = budget.spec;
  const auto rows = connection.Exec(
      sql::kInsertBudget, {budget.id, budget.project_id, OrNull(spec.endpoint_id), spec.name,
                           std::to_string(static_cast<int>(spec.unit)), std::to_string(spec.limit),
                           std::to_string(static_cast<int>(spec.window)), ArrayOf(spec.thresholds),
                           Flag(spec.hard_stop), spec.webhook, Flag(spec.locked), spec.api_key_id,
                           Micros(budget.created_at), std::to_string(kMaxBudgetsOfProject)});
  return OneChanged(
      rows, Error(absl::StatusCode::kResourceExhausted,
                  "the project has {} budgets, the most it may have", kMaxBudgetsOfProject));
}

// RESOURCE_EXHAUSTED when `budget`, stored just now, is a hard one more than `most`.
absl::Status CheckHard(postgres::Connection& connection, const Budget& budget, int most) {
  if (!budget.spec.hard_stop) return absl::OkStatus();
  FURNACE_RETURN_IF_ERROR(connection.Exec(sql::kLockHardBudgets, {}).status());
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows, connection.Exec(sql::kCountHardBudgets, {}));
  if (rows.Int(0, 0) <= most) return absl::OkStatus();
  return Error(absl::StatusCode::kResourceExhausted,
               "hard_stop: there are {} budgets with one, over all projects, the most there may be",
               most);
}

}  // namespace

// With the project's ledger locked nothing is recorded, so that what is summed and what is added to
// it later are all there is.
absl::Status PostgresBudgetStore::Create(const Budget& budget) {
  return pool_.Transact([&](postgres::Connection& connection) -> absl::Status {
    FURNACE_RETURN_IF_ERROR(LockLedgers(connection, {budget.project_id}).status());
    FURNACE_RETURN_IF_ERROR(Insert(connection, budget));
    FURNACE_RETURN_IF_ERROR(connection.Exec(sql::kInsertBudgetSpending, {budget.id}).status());
    // Last, for all projects wait for this.
    return CheckHard(connection, budget, most_hard_);
  });
}

absl::Status PostgresBudgetStore::Update(const Budget& budget) {
  const BudgetSpec& spec = budget.spec;
  return pool_.Transact([&](postgres::Connection& connection) -> absl::Status {
    FURNACE_RETURN_IF_ERROR(OneChanged(
        connection.Exec(sql::kUpdateBudget,
                        {budget.id, budget.project_id, spec.name, std::to_string(spec.limit),
                         ArrayOf(spec.thresholds), Flag(spec.hard_stop), spec.webhook,
                         Flag(spec.locked), Micros(budget.updated_at)}),
        absl::NotFoundError("no such budget")));
    return CheckHard(connection, budget, most_hard_);
  });
}

// With the project's ledger locked nobody is about to add to what is deleted.
absl::Status PostgresBudgetStore::Delete(const std::string& project_id, const std::string& id) {
  return pool_.Transact([&](postgres::Connection& connection) -> absl::Status {
    FURNACE_RETURN_IF_ERROR(LockLedgers(connection, {project_id}).status());
    return OneChanged(connection.Exec(sql::kDeleteBudget, {id, project_id}),
                      absl::NotFoundError("no such budget"));
  });
}

absl::StatusOr<std::optional<Budget>> PostgresBudgetStore::Find(const std::string& project_id,
                                                                const std::string& id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectBudgets, {project_id, id}));
  std::vector<Budget> budgets = ReadBudgets(rows);
  if (budgets.empty()) return std::nullopt;
  return std::optional<Budget>(std::move(budgets.front()));
}

absl::StatusOr<std::vector<Budget>> PostgresBudgetStore::ListOf(const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectBudgets, {project_id, Param()}));
  return ReadBudgets(rows);
}

absl::StatusOr<std::vector<Budget>> PostgresBudgetStore::ListAll(bool hard,
                                                                 const std::string& after_id,
                                                                 int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectAllBudgets, {Flag(hard), OrNull(after_id), std::to_string(limit)}));
  return ReadBudgets(rows);
}

absl::StatusOr<std::vector<BudgetState>> PostgresBudgetStore::Spent(
    const std::vector<Budget>& budgets, absl::Time now) {
  std::vector<BudgetState> states;
  for (const Budget& budget : budgets) {
    states.push_back(
        {.budget = budget, .span = SpanOf(budget.spec.window, budget.created_at, now)});
  }
  if (states.empty()) return states;
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(
          sql::kSelectBudgetSpending,
          {Column(budgets, [](const Budget& budget) { return budget.id; }),
           Column(states, [](const BudgetState& state) { return Micros(state.span.start); })}));
  for (int row = 0; row < rows.size(); ++row) {
    BudgetState& state = states.at(static_cast<std::size_t>(rows.Int(row, 0) - 1));
    state.spent = rows.Int(row, state.budget.spec.unit == BudgetUnit::kNanoUsd ? 1 : 2);
  }
  return states;
}

}  // namespace furnace::metering
