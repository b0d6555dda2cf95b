#include "services/metering/storage/postgres/subsidy_store.h"

#include <array>
#include <map>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/storage/postgres/columns.h"
#include "services/metering/storage/postgres/credit_rows.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {
namespace {

// In the order of Decider.
constexpr std::array<std::string_view, 3> kDeciders = {"local", "opa", "fallback"};

std::string Text(std::int64_t value) { return std::to_string(value); }

postgres::Param Optional(std::optional<std::int64_t> value) {
  if (!value) return std::nullopt;
  return std::to_string(*value);
}

std::optional<std::int64_t> OptionalIn(const postgres::Rows& rows, int row, int column) {
  if (rows.IsNull(row, column)) return std::nullopt;
  return rows.Int(row, column);
}

std::string LinesOf(const Attributes& attributes) {
  std::string lines;
  for (const auto& [name, value] : attributes) {
    lines.append(lines.empty() ? "" : "\n").append(name).append("=").append(ToText(value));
  }
  return lines;
}

absl::StatusOr<Attributes> AttributesIn(std::string_view lines) {
  std::map<std::string, std::string> texts;
  for (const std::string& line : SplitList(lines, '\n')) {
    const auto equals = line.find('=');
    if (equals == std::string::npos) return absl::InternalError("attributes without a value");
    texts.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return ParseAttributes(texts);
}

absl::StatusOr<Policy> PolicyIn(const postgres::Rows& rows, int row) {
  Policy policy{.version = rows.Int(row, 0), .priority = static_cast<int>(rows.Int(row, 2))};
  for (const std::string& text : SplitList(rows.Text(row, 3), '\n')) {
    FURNACE_ASSIGN_OR_RETURN(policy.conditions.emplace_back(), ParseCondition(text));
  }
  Award& award = policy.award;
  award.policy = rows.Text(row, 1);
  award.percent_bp = static_cast<int>(rows.Int(row, 4));
  award.scope.gpu_types = SplitList(rows.Text(row, 5), ',');
  FURNACE_ASSIGN_OR_RETURN(award.scope.kinds, KindsIn(rows.Text(row, 6)));
  award.max_gpu_seconds = OptionalIn(rows, row, 7);
  award.max_nanos = OptionalIn(rows, row, 8);
  award.description = rows.Text(row, 9);
  policy.disabled = rows.Bool(row, 10);
  policy.effective_from_us = rows.Int(row, 11);
  return policy;
}

absl::StatusOr<Decider> ParseDecider(std::string_view name) {
  for (std::size_t i = 0; i < kDeciders.size(); ++i) {
    if (kDeciders[i] == name) return static_cast<Decider>(i);
  }
  return Error(absl::StatusCode::kInternal, "unknown decider '{}'", name);
}

absl::StatusOr<std::vector<SubsidyDecision>> DecisionsIn(const postgres::Rows& rows) {
  std::vector<SubsidyDecision> decisions;
  for (int row = 0; row < rows.size(); ++row) {
    SubsidyDecision& decision = decisions.emplace_back();
    decision.id = rows.Int(row, 0);
    decision.project_id = rows.Text(row, 1);
    decision.period = {rows.Int(row, 2), rows.Int(row, 3)};
    decision.decided_us = rows.Int(row, 4);
    FURNACE_ASSIGN_OR_RETURN(decision.decider, ParseDecider(rows.Text(row, 5)));
    decision.note = rows.Text(row, 6);
    decision.input = rows.Text(row, 7);
    decision.result = rows.Text(row, 8);
  }
  return decisions;
}

}  // namespace

absl::Status PostgresSubsidyStore::AddAttributes(const ProjectAttributes& attributes) {
  return pool_
      .Exec(sql::kInsertProjectAttributes,
            {attributes.project_id, Text(attributes.effective_from_us),
             LinesOf(attributes.attributes), Text(attributes.recorded_us)})
      .status();
}

absl::StatusOr<std::vector<ProjectAttributes>> PostgresSubsidyStore::ListAttributes(
    const std::string& project_id, std::optional<std::int64_t> at_us, int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectProjectAttributes, {project_id, Optional(at_us), Text(limit)}));
  std::vector<ProjectAttributes> list;
  for (int row = 0; row < rows.size(); ++row) {
    ProjectAttributes& known = list.emplace_back();
    known.project_id = project_id;
    known.effective_from_us = rows.Int(row, 0);
    FURNACE_ASSIGN_OR_RETURN(known.attributes, AttributesIn(rows.Text(row, 1)));
    known.recorded_us = rows.Int(row, 2);
  }
  return list;
}

absl::StatusOr<std::int64_t> PostgresSubsidyStore::AddPolicy(const Policy& policy,
                                                             std::int64_t now_us) {
  const Award& award = policy.award;
  const auto condition_text = [](const Condition& condition) { return ToText(condition); };
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(
          sql::kInsertSubsidyPolicy,
          {award.policy, Text(policy.priority), Column(policy.conditions, condition_text),
           Text(award.percent_bp), TextArray(award.scope.gpu_types), KindArray(award.scope.kinds),
           Optional(award.max_gpu_seconds), Optional(award.max_nanos), award.description,
           policy.disabled ? "true" : "false", Text(policy.effective_from_us), Text(now_us)}));
  return rows.Int(0, 0);
}

absl::StatusOr<std::vector<Policy>> PostgresSubsidyStore::PoliciesAt(std::int64_t at_us) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectSubsidyPolicies, {Text(at_us)}));
  std::vector<Policy> policies;
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(policies.emplace_back(), PolicyIn(rows, row));
  }
  return policies;
}

absl::StatusOr<std::vector<std::string>> PostgresSubsidyStore::PolicyNames() {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectSubsidyPolicyNames, {}));
  std::vector<std::string> names;
  for (int row = 0; row < rows.size(); ++row) names.emplace_back(rows.Text(row, 0));
  return names;
}

absl::StatusOr<std::int64_t> PostgresSubsidyStore::RecordDecision(const SubsidyDecision& decision) {
  const auto decider = static_cast<std::size_t>(decision.decider);
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kInsertSubsidyDecision,
                 {decision.project_id, Text(decision.period.start_us), Text(decision.period.end_us),
                  Text(decision.decided_us), std::string(kDeciders.at(decider)), decision.note,
                  decision.input, decision.result}));
  return rows.Int(0, 0);
}

absl::StatusOr<std::optional<SubsidyDecision>> PostgresSubsidyStore::LastDecision(
    const std::string& project_id, Span period) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectLastSubsidyDecision,
                                      {project_id, Text(period.start_us), Text(period.end_us)}));
  FURNACE_ASSIGN_OR_RETURN(std::vector<SubsidyDecision> decisions, DecisionsIn(rows));
  if (decisions.empty()) return std::nullopt;
  return std::move(decisions.front());
}

absl::StatusOr<std::vector<SubsidyDecision>> PostgresSubsidyStore::ListDecisions(
    const std::string& project_id, std::int64_t before, int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectSubsidyDecisions, {project_id, Text(before), Text(limit)}));
  return DecisionsIn(rows);
}

}  // namespace furnace::metering
