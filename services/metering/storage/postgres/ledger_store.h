#pragma once

#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/metering/app/ledger_ports.h"

namespace furnace::metering {

/// The ledgers in schema metering: ledger_transactions, ledger_entries and the usage_records that
/// they are made of.
class PostgresLedgerStore final : public LedgerStore {
 public:
  explicit PostgresLedgerStore(postgres::Pool& pool) : pool_(pool) {}

  absl::StatusOr<ChainHead> Head(const std::string& project_id) override;
  absl::StatusOr<std::vector<ChainedTransaction>> Transactions(const std::string& project_id,
                                                               std::int64_t after,
                                                               int limit) override;
  absl::StatusOr<std::vector<BookedBill>> BillsOf(const std::string& project_id, std::int64_t first,
                                                  std::int64_t last) override;
  absl::StatusOr<std::vector<BookedBill>> BillsOfJob(const std::string& project_id,
                                                     const std::string& job_id, int limit) override;
  absl::StatusOr<std::vector<BookedPosting>> PostingsOf(const std::string& project_id,
                                                        std::int64_t first,
                                                        std::int64_t last) override;
  absl::StatusOr<std::vector<BookedPosting>> PostingsOfJob(const std::string& project_id,
                                                           const std::string& job_id,
                                                           int limit) override;
  absl::StatusOr<std::vector<RefusedRecord>> Refused(const std::string& project_id,
                                                     std::int64_t after, int limit) override;

 private:
  postgres::Pool& pool_;
};

/// Books the records that are older than the chains, as opening transactions. Needs nobody to
/// record meanwhile; a call that fails half-way is repeated.
absl::Status OpenLedgers(postgres::Pool& pool, std::int64_t now_us);

}  // namespace furnace::metering
