#include "services/metering/storage/postgres/term_store.h"

#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/domain/names.h"
#include "services/metering/storage/postgres/columns.h"
#include "services/metering/storage/postgres/int_array.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {
namespace {

postgres::Param OptionalInt(std::optional<std::int64_t> value) {
  if (!value) return std::nullopt;
  return std::to_string(*value);
}

absl::StatusOr<std::vector<Tier>> TiersIn(std::string_view froms, std::string_view prices) {
  FURNACE_ASSIGN_OR_RETURN(const OptionalInts from, ParseIntArray(froms));
  FURNACE_ASSIGN_OR_RETURN(const OptionalInts nanos, ParseIntArray(prices));
  if (from.size() != nanos.size()) return absl::InternalError("tiers: not as many as prices");
  std::vector<Tier> tiers;
  for (std::size_t i = 0; i < from.size(); ++i) {
    tiers.push_back({from[i].value_or(0), nanos[i].value_or(0)});
  }
  return tiers;
}

absl::StatusOr<Term> TermIn(const postgres::Rows& rows, int row) {
  Term term{.id = rows.Int(row, 0),
            .gpu_type = std::string(rows.Text(row, 3)),
            .project_id = std::string(rows.Text(row, 4)),
            .quantity = rows.Int(row, 5),
            .nanos = rows.Int(row, 6),
            .from_us = rows.Int(row, 9),
            .description = std::string(rows.Text(row, 11))};
  FURNACE_ASSIGN_OR_RETURN(term.kind, ParseTermKind(rows.Text(row, 1)));
  FURNACE_ASSIGN_OR_RETURN(term.unit, ParsePriceUnit(rows.Text(row, 2)));
  FURNACE_ASSIGN_OR_RETURN(term.tiers, TiersIn(rows.Text(row, 7), rows.Text(row, 8)));
  if (!rows.IsNull(row, 10)) term.until_us = rows.Int(row, 10);
  return term;
}

absl::StatusOr<std::vector<Term>> TermsIn(const postgres::Rows& rows) {
  std::vector<Term> terms;
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(Term term, TermIn(rows, row));
    terms.push_back(std::move(term));
  }
  return terms;
}

}  // namespace

absl::StatusOr<Term> PostgresTermStore::Add(Term term) {
  postgres::Param project;
  if (!term.project_id.empty()) project = term.project_id;
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kInsertPriceTerm,
                 {std::string(NameOf(term.kind)), std::string(NameOf(term.unit)), term.gpu_type,
                  project, std::to_string(term.quantity), std::to_string(term.nanos),
                  IntColumn(term.tiers, [](const Tier& tier) { return tier.from; }),
                  IntColumn(term.tiers, [](const Tier& tier) { return tier.nanos; }),
                  std::to_string(term.from_us), OptionalInt(term.until_us), term.description}));
  term.id = rows.Int(0, 0);
  return term;
}

absl::StatusOr<std::vector<Term>> PostgresTermStore::Load(
    const std::optional<std::string>& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectPriceTerms, {project_id, std::nullopt}));
  return TermsIn(rows);
}

absl::StatusOr<Term> PostgresTermStore::End(std::int64_t id, std::int64_t until_us) {
  const std::string key = std::to_string(id);
  FURNACE_RETURN_IF_ERROR(pool_.Exec(sql::kEndPriceTerm, {key, std::to_string(until_us)}).status());
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectPriceTerms, {std::nullopt, key}));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Term> terms, TermsIn(rows));
  if (!terms.empty()) return terms[0];
  return Error(absl::StatusCode::kNotFound, "there is no term {}", id);
}

}  // namespace furnace::metering
