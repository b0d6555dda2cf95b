#include "services/metering/storage/postgres/invoice_store.h"

#include <limits>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/storage/postgres/invoice_row.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {
namespace {

absl::StatusOr<std::vector<Invoice>> InvoicesIn(const postgres::Rows& rows) {
  std::vector<Invoice> invoices;
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(Invoice invoice, InvoiceIn(rows, row));
    invoices.push_back(std::move(invoice));
  }
  return invoices;
}

absl::Status AppendIn(postgres::Connection& connection, const Invoice& invoice) {
  FURNACE_RETURN_IF_ERROR(connection.Exec(sql::kLockInvoices, {invoice.project_id}).status());
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           connection.Exec(sql::kInsertInvoice, ColumnsOf(invoice)));
  if (rows.affected() != 1) {
    return Error(absl::StatusCode::kAborted, "invoice {} of project {} does not come next",
                 invoice.number, invoice.project_id);
  }
  if (invoice.lines.empty()) return absl::OkStatus();
  return connection.Exec(sql::kInsertInvoiceLines, LineColumnsOf(invoice)).status();
}

}  // namespace

absl::StatusOr<std::int64_t> PostgresInvoiceStore::OpenFrom(const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const auto last,
                           List(project_id, std::numeric_limits<std::int64_t>::max(), 1));
  return last.empty() ? 0 : last[0].period.end_us;
}

absl::Status PostgresInvoiceStore::Append(const Invoice& invoice) {
  return pool_.Transact(
      [&](postgres::Connection& connection) { return AppendIn(connection, invoice); });
}

absl::StatusOr<Invoice> PostgresInvoiceStore::Get(const std::string& project_id,
                                                  const std::string& id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectInvoice, {project_id, id}));
  if (rows.empty()) return Error(absl::StatusCode::kNotFound, "no invoice {}", id);
  FURNACE_ASSIGN_OR_RETURN(Invoice invoice, InvoiceIn(rows, 0));
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows lines, pool_.Exec(sql::kSelectInvoiceLines, {id}));
  FURNACE_ASSIGN_OR_RETURN(invoice.lines, LinesIn(lines));
  return invoice;
}

absl::StatusOr<std::vector<Invoice>> PostgresInvoiceStore::List(const std::string& project_id,
                                                                std::int64_t before, int limit) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectInvoices,
                                      {project_id, std::to_string(before), std::to_string(limit)}));
  return InvoicesIn(rows);
}

absl::StatusOr<std::optional<Invoice>> PostgresInvoiceStore::LastBefore(
    const std::string& project_id, std::int64_t time_us) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectInvoiceBefore, {project_id, std::to_string(time_us)}));
  if (rows.empty()) return std::nullopt;
  return InvoiceIn(rows, 0);
}

absl::StatusOr<std::optional<std::int64_t>> PostgresInvoiceStore::FirstUsage(
    const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectFirstUsageHour, {project_id}));
  if (rows.empty() || rows.IsNull(0, 0)) return std::nullopt;
  return rows.Int(0, 0);
}

absl::StatusOr<std::vector<std::string>> PostgresInvoiceStore::Due(std::int64_t end_us,
                                                                   const std::string& after,
                                                                   int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectProjectsToInvoice,
                 {std::to_string(end_us), after.empty() ? postgres::Param() : after,
                  std::to_string(limit)}));
  std::vector<std::string> projects;
  for (int row = 0; row < rows.size(); ++row) projects.emplace_back(rows.Text(row, 0));
  return projects;
}

absl::StatusOr<bool> PostgresInvoiceStore::RunAlone(const std::function<void()>& work) {
  bool alone = false;
  FURNACE_RETURN_IF_ERROR(pool_.Transact([&](postgres::Connection& connection) -> absl::Status {
    FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                             connection.Exec(sql::kTryLockInvoicing, {}));
    alone = rows.Bool(0, 0);
    if (alone) work();
    return absl::OkStatus();
  }));
  return alone;
}

}  // namespace furnace::metering
