#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/metering/app/credit_ports.h"

namespace furnace::metering {

/// The tables metering.credit_grants, credit_entries and period_commits.
class PostgresCreditStore final : public CreditStore {
 public:
  explicit PostgresCreditStore(postgres::Pool& pool) : pool_(pool) {}

  absl::StatusOr<GrantState> CreateGrant(const Grant& grant) override;
  absl::StatusOr<std::vector<GrantState>> Grants(const std::string& project_id) override;
  absl::StatusOr<GrantState> VoidGrant(const std::string& grant_id, const std::string& reason,
                                       std::int64_t now_us) override;
  absl::StatusOr<std::optional<PeriodCommit>> FindCommit(const std::string& project_id,
                                                         Span period) override;
  absl::Status Commit(const PeriodCommit& commit, std::int64_t now_us) override;

 private:
  postgres::Pool& pool_;
};

/// The ledger's entries, summed.
class PostgresChargeSource final : public ChargeSource {
 public:
  explicit PostgresChargeSource(postgres::Pool& pool) : pool_(pool) {}

  absl::StatusOr<std::vector<Charge>> Load(const std::string& project_id, Span period) override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::metering
