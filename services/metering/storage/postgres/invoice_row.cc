#include "services/metering/storage/postgres/invoice_row.h"

#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/storage/postgres/columns.h"

namespace furnace::metering {

std::vector<postgres::Param> ColumnsOf(const Invoice& invoice) {
  return {invoice.id,
          invoice.project_id,
          std::to_string(invoice.number),
          std::to_string(invoice.period.start_us),
          std::to_string(invoice.period.end_us),
          std::to_string(invoice.cut.transaction),
          std::to_string(invoice.cut.open_from),
          ledger::ToHex(invoice.ledger_hash),
          std::to_string(invoice.made_us),
          invoice.issuer,
          std::to_string(invoice.charges_nanos),
          std::to_string(invoice.adjustments_nanos),
          std::to_string(invoice.total_nanos),
          std::to_string(invoice.due_cents)};
}

std::vector<postgres::Param> LineColumnsOf(const Invoice& invoice) {
  using Line = const InvoiceLine&;
  const std::vector<InvoiceLine>& lines = invoice.lines;
  const auto text = [&](std::string InvoiceLine::*field) {
    return Column(lines, [field](Line line) { return line.*field; });
  };
  int position = 0;
  return {invoice.id,
          IntColumn(lines, [&](Line) { return position++; }),
          Column(lines, [](Line line) { return std::string(NameOf(line.section)); }),
          text(&InvoiceLine::kind),
          text(&InvoiceLine::endpoint_id),
          text(&InvoiceLine::gpu_type),
          text(&InvoiceLine::reference),
          text(&InvoiceLine::description),
          Column(lines,
                 [](Line line) -> postgres::Param {
                   if (!line.price_nanos) return std::nullopt;
                   return std::to_string(*line.price_nanos);
                 }),
          Column(lines, [](Line line) { return ToString(line.quantity); }),
          IntColumn(lines, [](Line line) { return line.used.start_us; }),
          IntColumn(lines, [](Line line) { return line.used.end_us; }),
          Column(lines, [](Line line) { return ToString(line.amount.value); }),
          IntColumn(lines, [](Line line) { return line.amount_nanos; })};
}

absl::StatusOr<Invoice> InvoiceIn(const postgres::Rows& rows, int row) {
  Invoice invoice{.id = std::string(rows.Text(row, 0)),
                  .project_id = std::string(rows.Text(row, 1)),
                  .number = rows.Int(row, 2),
                  .period = {rows.Int(row, 3), rows.Int(row, 4)},
                  .made_us = rows.Int(row, 8),
                  .issuer = std::string(rows.Text(row, 9)),
                  .cut = {.transaction = rows.Int(row, 5),
                          .end_us = rows.Int(row, 4),
                          .open_from = rows.Int(row, 6)},
                  .charges_nanos = rows.Int(row, 10),
                  .adjustments_nanos = rows.Int(row, 11),
                  .total_nanos = rows.Int(row, 12),
                  .due_cents = rows.Int(row, 13)};
  FURNACE_ASSIGN_OR_RETURN(invoice.ledger_hash, ledger::ParseHash(rows.Text(row, 7)));
  return invoice;
}

absl::StatusOr<std::vector<InvoiceLine>> LinesIn(const postgres::Rows& rows) {
  std::vector<InvoiceLine> lines;
  for (int row = 0; row < rows.size(); ++row) {
    const auto text = [&](int column) { return std::string(rows.Text(row, column)); };
    InvoiceLine line{.kind = text(1),
                     .endpoint_id = text(2),
                     .gpu_type = text(3),
                     .reference = text(4),
                     .description = text(5),
                     .used = {rows.Int(row, 8), rows.Int(row, 9)},
                     .amount_nanos = rows.Int(row, 11)};
    FURNACE_ASSIGN_OR_RETURN(line.section, ParseLineSection(rows.Text(row, 0)));
    if (!rows.IsNull(row, 6)) line.price_nanos = rows.Int(row, 6);
    FURNACE_ASSIGN_OR_RETURN(line.quantity, ParseInt128(rows.Text(row, 7)));
    FURNACE_ASSIGN_OR_RETURN(line.amount.value, ParseInt128(rows.Text(row, 10)));
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace furnace::metering
