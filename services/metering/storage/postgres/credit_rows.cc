#include "services/metering/storage/postgres/credit_rows.h"

#include "libs/common/base/status.h"
#include "services/metering/domain/names.h"
#include "services/metering/storage/postgres/columns.h"

namespace furnace::metering {

std::vector<std::string> SplitList(std::string_view text, char separator) {
  std::vector<std::string> pieces;
  while (!text.empty()) {
    const auto end = text.find(separator);
    pieces.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return pieces;
}

std::string TextArray(const std::vector<std::string>& texts) {
  return Column(texts, [](const std::string& text) { return text; });
}

std::string KindArray(const std::vector<EntryKind>& kinds) {
  return Column(kinds, [](EntryKind kind) { return std::string(NameOf(kind)); });
}

absl::StatusOr<std::vector<EntryKind>> KindsIn(std::string_view text) {
  std::vector<EntryKind> kinds;
  for (const std::string& name : SplitList(text, ',')) {
    FURNACE_ASSIGN_OR_RETURN(kinds.emplace_back(), ParseEntryKind(name));
  }
  return kinds;
}

absl::StatusOr<AttoUsd> AttoIn(const postgres::Rows& rows, int row, int column) {
  FURNACE_ASSIGN_OR_RETURN(const Int128 value, ParseInt128(rows.Text(row, column)));
  return AttoUsd{value};
}

absl::StatusOr<GrantState> GrantStateIn(const postgres::Rows& rows, int row) {
  GrantState state;
  Grant& grant = state.grant;
  grant.id = rows.Text(row, 0);
  grant.project_id = rows.Text(row, 1);
  grant.amount_nanos = rows.Int(row, 2);
  grant.priority = static_cast<int>(rows.Int(row, 3));
  grant.valid = {rows.Int(row, 4), rows.Int(row, 5)};
  grant.scope.endpoint_ids = SplitList(rows.Text(row, 6), ',');
  grant.scope.gpu_types = SplitList(rows.Text(row, 7), ',');
  FURNACE_ASSIGN_OR_RETURN(grant.scope.kinds, KindsIn(rows.Text(row, 8)));
  grant.reason = rows.Text(row, 9);
  grant.idempotency_key = rows.Text(row, 10);
  grant.created_us = rows.Int(row, 11);
  FURNACE_ASSIGN_OR_RETURN(state.used, AttoIn(rows, row, 12));
  FURNACE_ASSIGN_OR_RETURN(state.voided, AttoIn(rows, row, 13));
  FURNACE_ASSIGN_OR_RETURN(state.expired, AttoIn(rows, row, 14));
  FURNACE_ASSIGN_OR_RETURN(state.left, AttoIn(rows, row, 15));
  return state;
}

}  // namespace furnace::metering
