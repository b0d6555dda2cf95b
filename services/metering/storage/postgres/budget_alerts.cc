// PostgresBudgetStore's alerts.
#include "libs/common/base/status.h"
#include "services/metering/storage/postgres/budget_store.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {
namespace {

// Columns of an alert in select_budget_alerts.sql.
constexpr int kAlertColumns = 10;

BudgetAlert ReadAlert(const postgres::Rows& rows, int row) {
  return {.id = rows.Int(row, 0),
          .budget_id = std::string(rows.Text(row, 1)),
          .window_start = absl::FromUnixMicros(rows.Int(row, 2)),
          .threshold = static_cast<int>(rows.Int(row, 3)),
          .spent = rows.Int(row, 4),
          .limit = rows.Int(row, 5),
          .created_at = absl::FromUnixMicros(rows.Int(row, 6)),
          .delivered_at = rows.Time(row, 7),
          .attempts = static_cast<int>(rows.Int(row, 8)),
          .last_error = std::string(rows.Text(row, 9))};
}

std::string Micros(absl::Duration duration) {
  return std::to_string(absl::ToInt64Microseconds(duration));
}

}  // namespace

absl::Status PostgresBudgetStore::AddAlert(const BudgetAlert& alert, bool send) {
  return pool_
      .Exec(sql::kInsertBudgetAlert,
            {alert.budget_id, std::to_string(absl::ToUnixMicros(alert.window_start)),
             std::to_string(alert.threshold), std::to_string(alert.spent),
             std::to_string(alert.limit), send ? "true" : "false"})
      .status();
}

absl::StatusOr<std::vector<BudgetAlert>> PostgresBudgetStore::ListAlerts(
    const std::string& budget_id, int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectBudgetAlerts, {budget_id, std::to_string(limit)}));
  std::vector<BudgetAlert> alerts;
  for (int row = 0; row < rows.size(); ++row) alerts.push_back(ReadAlert(rows, row));
  return alerts;
}

absl::StatusOr<std::vector<DueAlert>> PostgresBudgetStore::TakeDue(int limit, int of_project,
                                                                   absl::Duration term) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kTakeBudgetAlerts,
                 {std::to_string(limit), std::to_string(of_project), Micros(term)}));
  std::vector<DueAlert> due;
  for (int row = 0; row < rows.size(); ++row) {
    DueAlert& taken = due.emplace_back();
    taken.alert = ReadAlert(rows, row);
    taken.budget.id = taken.alert.budget_id;
    taken.budget.project_id = rows.Text(row, kAlertColumns);
    taken.budget.spec.name = rows.Text(row, kAlertColumns + 1);
    taken.budget.spec.unit = static_cast<BudgetUnit>(rows.Int(row, kAlertColumns + 2));
    taken.budget.spec.webhook = rows.Text(row, kAlertColumns + 3);
  }
  return due;
}

absl::Status PostgresBudgetStore::Settle(std::int64_t alert_id, const std::string& error,
                                         std::optional<absl::Duration> wait) {
  return pool_
      .Exec(sql::kSettleBudgetAlert,
            {std::to_string(alert_id), error, wait ? postgres::Param(Micros(*wait)) : std::nullopt})
      .status();
}

}  // namespace furnace::metering
