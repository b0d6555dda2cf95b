// Rows and parameters that the stores of credits and subsidies share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/postgres/connection.h"
#include "services/metering/app/credit_ports.h"
#include "services/metering/domain/net_charges.h"

namespace furnace::metering {

/// The pieces of `text` between `separator`s; none of an empty text.
std::vector<std::string> SplitList(std::string_view text, char separator);

/// Texts, and kinds by name, as array parameters.
std::string TextArray(const std::vector<std::string>& texts);
std::string KindArray(const std::vector<EntryKind>& kinds);

/// Kinds in a list of names by commas. INTERNAL for a name that this build does not know.
absl::StatusOr<std::vector<EntryKind>> KindsIn(std::string_view text);

/// Exact atto-dollars of a numeric column.
absl::StatusOr<AttoUsd> AttoIn(const postgres::Rows& rows, int row, int column);

/// A row of sql/parts/grant_columns.sql.
absl::StatusOr<GrantState> GrantStateIn(const postgres::Rows& rows, int row);

}  // namespace furnace::metering
