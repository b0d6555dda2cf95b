// Invoices as rows of the schema.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/postgres/connection.h"
#include "services/metering/domain/invoice.h"

namespace furnace::metering {

/// The parameters of insert_invoice.sql and insert_invoice_lines.sql.
std::vector<postgres::Param> ColumnsOf(const Invoice& invoice);
std::vector<postgres::Param> LineColumnsOf(const Invoice& invoice);

/// The invoice, without lines, in a row of sql/parts/invoice_columns.sql.
absl::StatusOr<Invoice> InvoiceIn(const postgres::Rows& rows, int row);

/// The lines in rows of select_invoice_lines.sql.
absl::StatusOr<std::vector<InvoiceLine>> LinesIn(const postgres::Rows& rows);

}  // namespace furnace::metering
