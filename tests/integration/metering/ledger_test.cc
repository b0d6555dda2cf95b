// The ledger in PostgreSQL: chained, proved, and found out when somebody changes a byte.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "libs/common/postgres/migrator.h"
#include "services/metering/app/ledger_reader.h"
#include "services/metering/storage/postgres/migrations.h"
#include "services/metering/storage/postgres/schema.h"
#include "tests/support/metering_postgres.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr Span kEver = {0, kTenUs + kDayUs};

class MeteringLedgerTest : public testing::Test {
 protected:
  UsageRecord Mine() const {
    UsageRecord record = ARecord();
    record.project_id = project_;
    record.tags = {{"team", "a"}};
    return record;
  }

  void Record(const std::vector<UsageRecord>& records) {
    const auto outcome = backend_.usage().Record(DefaultBills(records), kTenUs);
    ASSERT_TRUE(outcome.ok()) << outcome.status();
  }

  std::size_t Differences() {
    const auto report = reader_.Audit(project_, kEver, 0);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? report->differences.size() : 0;
  }

  // Runs `sql` as somebody who may do anything.
  void Tamper(const std::string& table, const std::string& sql) {
    auto connection = postgres::Connection::Open(TestDsn());
    ASSERT_TRUE(connection.ok());
    const absl::Status done = connection->ExecScript(
        "ALTER TABLE metering." + table + " DISABLE TRIGGER append_only; " + sql +
        "; ALTER TABLE metering." + table + " ENABLE TRIGGER append_only");
    ASSERT_TRUE(done.ok()) << sql << ": " << done;
  }

  const std::string project_ = NewId();
  PostgresBackend backend_;
  LedgerReader reader_{backend_.ledger()};
};

TEST_F(MeteringLedgerTest, EveryReceiptVerifies) {
  std::vector<UsageRecord> records;
  for (int i = 0; i < 9; ++i) records.push_back(Mine());
  records[4].start_us -= 3 * kHourUs;
  records[5].cause = Cause::kWorkerLost;
  records[6].gpu_type = "unknown";
  records[7].covered = true;
  records[8].api_key_id = NewId();
  records[8].tokens = 1'234;
  Record(records);
  Record({Mine()});
  for (const UsageRecord& record : records) {
    const auto receipts = reader_.Receipts(project_, record.key.job_id);
    ASSERT_TRUE(receipts.ok()) << receipts.status();
    ASSERT_EQ(receipts->size(), 1);
    const auto statement = ledger::VerifyReceipt((*receipts)[0]);
    ASSERT_TRUE(statement.ok()) << statement.status();
    EXPECT_EQ(statement->job_id, record.key.job_id);
  }
  EXPECT_EQ(Differences(), 0);
}

TEST_F(MeteringLedgerTest, AnyChangedColumnIsFound) {
  Record({Mine(), Mine()});
  Record({Mine()});
  ASSERT_EQ(Differences(), 0);
  const std::string mine = " WHERE project_id = '" + project_ + "'";
  const struct {
    std::string table, change, back;
  } changes[] = {
      {"usage_records", "worker_id = worker_id || 'x'", "worker_id = rtrim(worker_id, 'x')"},
      {"usage_records", "cold_start_us = 1", "cold_start_us = 0"},
      {"usage_records", "milli_gpus = 999", "milli_gpus = 1000"},
      {"usage_records", "end_us = end_us + 1", "end_us = end_us - 1"},
      {"usage_records", "start_us = start_us + 1", "start_us = start_us - 1"},
      {"usage_records", "prices = '{59999}'", "prices = '{60000}'"},
      {"usage_records", "prices = '{NULL}'", "prices = '{60000}'"},
      {"usage_records", "invocation_nanos = 1", "invocation_nanos = 100000"},
      {"usage_records", "tags = 'team=b'", "tags = 'team=a'"},
      {"usage_records", "api_key_id = 'k'", "api_key_id = ''"},
      {"usage_records", "tokens = 1", "tokens = 0"},
      {"usage_records", "tier = 'x'", "tier = ''"},
      {"usage_records", "warm = true", "warm = false"},
      {"usage_records", "vram_mib = 1", "vram_mib = 0"},
      {"usage_records", "kind = 'instance', invocation_nanos = NULL",
       "kind = 'attempt', invocation_nanos = 100000"},
      {"usage_records", "cause = 'timeout'", "cause = 'none'"},
      {"usage_records", "transaction = 3 - transaction", "transaction = 3 - transaction"},
      {"ledger_transactions", "recorded_us = recorded_us + 1", "recorded_us = recorded_us - 1"},
      {"ledger_transactions", "reason = 'x'", "reason = 'usage'"},
      {"ledger_transactions", "reference = 'x'", "reference = ''"},
      {"ledger_transactions", "records = records + 1", "records = records - 1"},
      {"ledger_transactions", "root = set_byte(root, 7, 255 - get_byte(root, 7))",
       "root = set_byte(root, 7, 255 - get_byte(root, 7))"},
      {"ledger_transactions", "hash = set_byte(hash, 7, 255 - get_byte(hash, 7))",
       "hash = set_byte(hash, 7, 255 - get_byte(hash, 7))"},
      {"ledger_entries", "gpu_type = gpu_type || 'x'", "gpu_type = rtrim(gpu_type, 'x')"},
      {"ledger_entries", "quantity = quantity + 1, amount_atto = amount_atto + price_nanos",
       "quantity = quantity - 1, amount_atto = amount_atto - price_nanos"},
  };
  for (const auto& [table, change, back] : changes) {
    const std::string which = mine + (table == "ledger_entries" ? " AND kind = 'gpu_time'" : "");
    Tamper(table, "UPDATE metering." + table + " SET " + change + which);
    EXPECT_GT(Differences(), 0) << change;
    Tamper(table, "UPDATE metering." + table + " SET " + back + which);
    EXPECT_EQ(Differences(), 0) << back;
  }
}

TEST_F(MeteringLedgerTest, ADeletedRecordAndADeletedTransactionAreFound) {
  const UsageRecord gone = Mine();
  Record({gone, Mine()});
  Record({Mine()});
  Record({Mine()});
  Tamper("usage_records",
         "DELETE FROM metering.usage_records WHERE job_id = '" + gone.key.job_id + "'");
  EXPECT_GT(Differences(), 0);
  Tamper("ledger_transactions",
         "DELETE FROM metering.ledger_transactions WHERE number = 2 AND "
         "project_id = '" +
             project_ + "'");
  const auto report = reader_.Audit(project_, kEver, 1);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_GT(report->differences.size(), 0);
}

// Books from before the ledger was chained, in a database of their own.
TEST_F(MeteringLedgerTest, RecordsOfBeforeTheChainAreBookedWhenItStarts) {
  ASSERT_TRUE(backend_.pool().Exec("CREATE DATABASE before_chain", {}).ok());
  const std::string dsn = TestDsn() + " dbname=before_chain";
  const std::span all(kMigrations);
  ASSERT_TRUE(postgres::Migrate(dsn, "metering", all.first(3)).ok());
  postgres::Pool pool(postgres::WithDeadlines(dsn), 2);
  // 2,300 attempts: the first over two hours, with prices of their own.
  ASSERT_TRUE(pool.Exec("INSERT INTO metering.usage_records (job_id, epoch, project_id, "
                        "endpoint_id, worker_id, gpu_type, milli_gpus, start_us, end_us, cause, "
                        "cold_start_us, invocation_nanos) SELECT gen_random_uuid(), n, $1::uuid, "
                        "$1::uuid, 'w', 'g', 1000, $2::bigint + n::bigint * 3000000, "
                        "$2::bigint + n::bigint * 3000000 + 10, 'none', 0, 7 "
                        "FROM generate_series(1, 2300) AS n",
                        {project_, std::to_string(kTenUs)})
                  .ok());
  ASSERT_TRUE(pool.Exec("INSERT INTO metering.usage_segments (job_id, epoch, start_us, end_us, "
                        "project_id, endpoint_id, gpu_type, milli_gpus, credited, price_nanos) "
                        "SELECT job_id, epoch, start_us, end_us, project_id, endpoint_id, "
                        "gpu_type, milli_gpus, credited, epoch FROM metering.usage_records",
                        {})
                  .ok());
  ASSERT_TRUE(MigrateSchema(dsn).ok());
  ASSERT_TRUE(OpenLedgers(pool, kTenUs).ok());
  ASSERT_TRUE(OpenLedgers(pool, kTenUs).ok());

  PostgresLedgerStore ledgers(pool);
  const auto report = LedgerReader(ledgers).Audit(project_, kEver, 0);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->transactions, 3);
  EXPECT_EQ(report->records, 2'300);
  EXPECT_TRUE(report->differences.empty());
  const auto transactions = ledgers.Transactions(project_, 0, 10);
  ASSERT_TRUE(transactions.ok()) << transactions.status();
  AttoUsd owed;
  for (const ChainedTransaction& chained : *transactions) {
    EXPECT_EQ(chained.transaction.reason, kReasonOpening);
    for (const LedgerEntry& entry : chained.transaction.entries) {
      if (entry.account == Account::kCustomer) owed = *Add(owed, entry.amount);
    }
  }
  // 10 us of a GPU at n nano-dollars, and an invocation at 7.
  EXPECT_TRUE(owed ==
              AttoUsd{Int128{10'000} * (2'300 * 2'301 / 2) + Int128{2'300} * 7'000'000'000});

  PostgresUsageStore usage(pool);
  UsageRecord next = Mine();
  ASSERT_TRUE(usage.Record(DefaultBills({next}), kTenUs).ok());
  EXPECT_EQ(ledgers.Head(project_)->number, 4);
  EXPECT_TRUE(LedgerReader(ledgers).Audit(project_, kEver, 0)->differences.empty());
}

}  // namespace
}  // namespace furnace::metering
