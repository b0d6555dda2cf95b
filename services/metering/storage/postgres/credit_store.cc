#include "services/metering/storage/postgres/credit_store.h"

#include "libs/common/base/status.h"
#include "services/metering/domain/names.h"
#include "services/metering/storage/postgres/columns.h"
#include "services/metering/storage/postgres/credit_rows.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {
namespace {

constexpr int kMaxCharges = 100'000;

std::string Text(std::int64_t value) { return std::to_string(value); }

absl::Status Lock(postgres::Connection& connection, const std::string& project_id) {
  return connection.Exec(sql::kLockCredits, {project_id}).status();
}

absl::StatusOr<GrantState> Find(postgres::Connection& connection, const std::string& id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows, connection.Exec(sql::kSelectGrant, {id}));
  if (rows.empty()) return absl::NotFoundError("no such grant");
  return GrantStateIn(rows, 0);
}

absl::Status Insert(postgres::Connection& connection, const Grant& grant) {
  const postgres::Param key =
      grant.idempotency_key.empty() ? postgres::Param() : grant.idempotency_key;
  FURNACE_RETURN_IF_ERROR(
      connection
          .Exec(sql::kInsertGrant,
                {grant.id, grant.project_id, Text(grant.amount_nanos), Text(grant.priority),
                 Text(grant.valid.start_us), Text(grant.valid.end_us),
                 TextArray(grant.scope.endpoint_ids), TextArray(grant.scope.gpu_types),
                 KindArray(grant.scope.kinds), grant.reason, key, Text(grant.created_us)})
          .status());
  return connection
      .Exec(sql::kInsertGrantEntry, {grant.id, Text(grant.amount_nanos), Text(grant.created_us)})
      .status();
}

absl::Status InsertUses(postgres::Connection& connection, const PeriodCommit& commit,
                        std::int64_t now_us) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      connection.Exec(
          sql::kInsertUseEntries,
          {commit.project_id, commit.reference, Text(commit.period.start_us),
           Text(commit.period.end_us), Text(now_us),
           Column(commit.uses, [](const GrantUse& use) { return use.grant_id; }),
           Column(commit.uses, [](const GrantUse& use) { return ToString(use.amount.value); })}));
  if (rows.affected() == static_cast<std::int64_t>(commit.uses.size())) return absl::OkStatus();
  return absl::AbortedError("a grant has less left than is to be used");
}

}  // namespace

absl::StatusOr<GrantState> PostgresCreditStore::CreateGrant(const Grant& grant) {
  absl::StatusOr<GrantState> stored = absl::InternalError("nothing was stored");
  const auto store = [&](postgres::Connection& connection) -> absl::Status {
    FURNACE_RETURN_IF_ERROR(Lock(connection, grant.project_id));
    const postgres::Param key =
        grant.idempotency_key.empty() ? postgres::Param() : grant.idempotency_key;
    FURNACE_ASSIGN_OR_RETURN(const postgres::Rows known,
                             connection.Exec(sql::kSelectGrantOfKey, {grant.project_id, key}));
    if (!known.IsNull(0, 0)) {
      stored = Find(connection, std::string(known.Text(0, 0)));
      return stored.status();
    }
    if (known.Int(0, 1) >= kMaxGrantsOfProject) {
      return Error(absl::StatusCode::kResourceExhausted, "the project has {} grants",
                   kMaxGrantsOfProject);
    }
    FURNACE_RETURN_IF_ERROR(Insert(connection, grant));
    stored = Find(connection, grant.id);
    return stored.status();
  };
  FURNACE_RETURN_IF_ERROR(pool_.Transact(store));
  return stored;
}

absl::StatusOr<std::vector<GrantState>> PostgresCreditStore::Grants(const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows, pool_.Exec(sql::kSelectGrants, {project_id}));
  std::vector<GrantState> states;
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(states.emplace_back(), GrantStateIn(rows, row));
  }
  return states;
}

absl::StatusOr<GrantState> PostgresCreditStore::VoidGrant(const std::string& grant_id,
                                                          const std::string& reason,
                                                          std::int64_t now_us) {
  absl::StatusOr<GrantState> voided = absl::InternalError("nothing was voided");
  const auto take_back = [&](postgres::Connection& connection) -> absl::Status {
    FURNACE_ASSIGN_OR_RETURN(const GrantState state, Find(connection, grant_id));
    FURNACE_RETURN_IF_ERROR(Lock(connection, state.grant.project_id));
    FURNACE_RETURN_IF_ERROR(
        connection.Exec(sql::kInsertVoidEntry, {grant_id, reason, Text(now_us)}).status());
    voided = Find(connection, grant_id);
    return voided.status();
  };
  FURNACE_RETURN_IF_ERROR(pool_.Transact(take_back));
  return voided;
}

absl::StatusOr<std::optional<PeriodCommit>> PostgresCreditStore::FindCommit(
    const std::string& project_id, Span period) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectPeriodCommit,
                                      {project_id, Text(period.start_us), Text(period.end_us)}));
  if (rows.empty()) return std::nullopt;
  PeriodCommit commit{.project_id = project_id,
                      .period = period,
                      .reference = std::string(rows.Text(0, 0)),
                      .decision_id = rows.Int(0, 1)};
  for (int row = 0; row < rows.size(); ++row) {
    if (rows.IsNull(row, 2)) break;
    FURNACE_ASSIGN_OR_RETURN(const AttoUsd amount, AttoIn(rows, row, 3));
    commit.uses.push_back({std::string(rows.Text(row, 2)), amount});
  }
  return commit;
}

absl::Status PostgresCreditStore::Commit(const PeriodCommit& commit, std::int64_t now_us) {
  return pool_.Transact([&](postgres::Connection& connection) -> absl::Status {
    FURNACE_RETURN_IF_ERROR(Lock(connection, commit.project_id));
    const std::string start = Text(commit.period.start_us);
    const std::string end = Text(commit.period.end_us);
    FURNACE_RETURN_IF_ERROR(
        connection
            .Exec(sql::kInsertPeriodCommit, {commit.project_id, start, end, commit.reference,
                                             Text(commit.decision_id), Text(now_us)})
            .status());
    if (!commit.uses.empty()) FURNACE_RETURN_IF_ERROR(InsertUses(connection, commit, now_us));
    return connection
        .Exec(sql::kInsertExpiryEntries,
              {commit.project_id, commit.reference, start, end, Text(now_us)})
        .status();
  });
}

absl::StatusOr<std::vector<Charge>> PostgresChargeSource::Load(const std::string& project_id,
                                                               Span period) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectCharges,
                 {project_id, Text(period.start_us), Text(period.end_us), Text(kMaxCharges + 1)}));
  if (rows.size() > kMaxCharges) {
    return Error(absl::StatusCode::kResourceExhausted, "the period has more than {} lines",
                 kMaxCharges);
  }
  std::vector<Charge> charges;
  for (int row = 0; row < rows.size(); ++row) {
    Charge& charge = charges.emplace_back();
    FURNACE_ASSIGN_OR_RETURN(charge.kind, ParseEntryKind(rows.Text(row, 0)));
    charge.endpoint_id = rows.Text(row, 1);
    charge.gpu_type = rows.Text(row, 2);
    if (!rows.IsNull(row, 3)) charge.price_nanos = rows.Int(row, 3);
    FURNACE_ASSIGN_OR_RETURN(charge.quantity, ParseInt128(rows.Text(row, 4)));
    FURNACE_ASSIGN_OR_RETURN(charge.amount, AttoIn(rows, row, 5));
  }
  return charges;
}

}  // namespace furnace::metering
