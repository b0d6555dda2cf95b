#pragma once

#include <span>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/metering/app/ports.h"

namespace furnace::metering {

/// The books in schema metering: usage_records, usage_hourly, ledger_transactions and
/// ledger_entries.
///
/// Concurrent calls of Record take every kind of lock in the same order (ledgers,
/// records, hours, each by key), so they wait for each other but never deadlock.
class PostgresUsageStore final : public UsageStore {
 public:
  explicit PostgresUsageStore(postgres::Pool& pool) : pool_(pool) {}

  absl::StatusOr<StoreOutcome> Record(std::span<const Bill> bills, std::int64_t now_us) override;
  absl::Status KeepRefused(std::span<const UsageRecord> records) override;
  absl::StatusOr<std::vector<UsageRow>> Sum(const UsageQuery& query, int limit) override;
  absl::StatusOr<std::vector<LedgerLine>> ListLines(const LedgerQuery& query) override;

 private:
  postgres::Pool& pool_;
};

/// Whether the database answers.
bool IsReachable(postgres::Pool& pool);

}  // namespace furnace::metering
