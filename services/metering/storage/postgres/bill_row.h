#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/postgres/connection.h"
#include "services/metering/app/ledger_ports.h"

namespace furnace::metering {

/// The bills in rows of sql/parts/bill_columns.sql, remade from record and prices. INTERNAL for
/// names that this build does not know; INVALID_ARGUMENT when prices and hours do not match.
absl::StatusOr<std::vector<BookedBill>> BillsIn(const postgres::Rows& rows);

/// Tags as the schema keeps them: a line "name=value" each.
std::string TagText(const std::vector<Tag>& tags);

/// A bill's prices as text of a bigint[].
std::string PriceArray(const Bill& bill);

}  // namespace furnace::metering
