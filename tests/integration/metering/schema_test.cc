// The schema's own walls: what a bug in the service would meet.
#include "services/metering/storage/postgres/schema.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>

#include "libs/common/postgres/migrator.h"
#include "services/metering/storage/postgres/migrations.h"
#include "tests/support/metering_postgres.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

class MeteringSchemaTest : public testing::Test {
 protected:
  absl::Status Run(const std::string& sql, const std::vector<postgres::Param>& params = {}) {
    return backend_.pool().Exec(sql, params).status();
  }

  void Record(const UsageRecord& record) {
    ASSERT_TRUE(backend_.usage().Record(DefaultBills({record}), kTenUs).ok());
  }

  // A record of `span` with these prices (text of a bigint[]), outside of any ledger.
  absl::Status InsertBareRecord(const Span& span, const std::string& prices,
                                const std::string& kind = "attempt", int milli_gpus = 1'000) {
    return Run(
        "INSERT INTO metering.usage_records (job_id, epoch, project_id, endpoint_id, worker_id, "
        "gpu_type, milli_gpus, start_us, end_us, cause, cold_start_us, kind, prices, transaction, "
        "position) VALUES ($1, 1, $1, $1, 'w', 'g', $6, $2, $3, 'none', 0, $5, $4, 1, 0)",
        {NewId(), std::to_string(span.start_us), std::to_string(span.end_us), prices, kind,
         std::to_string(milli_gpus)});
  }

  // Adds an entry pair as transaction 1 of `project_id`.
  absl::Status InsertPair(const std::string& project_id, const std::string& customer_amount,
                          const std::string& revenue_amount) {
    return Run(
        "INSERT INTO metering.ledger_entries (project_id, number, position, account, kind, "
        "gpu_type, price_nanos, quantity, amount_atto) "
        "SELECT $1, 1, e.position, e.account::metering.account, e.kind::metering.entry_kind, 'g', "
        "7, 10, e.amount::numeric FROM (VALUES (0, 'customer', 'gpu_time', $2), "
        "(1, 'revenue', 'balance', $3)) AS e (position, account, kind, amount)",
        {project_id, customer_amount, revenue_amount});
  }

  PostgresBackend backend_;
};

TEST_F(MeteringSchemaTest, MigratingTwiceChangesNothing) {
  EXPECT_TRUE(MigrateSchema(TestDsn()).ok());
  EXPECT_TRUE(MigrateSchema(TestDsn()).ok());
}

TEST_F(MeteringSchemaTest, SeedsThePriceList) {
  const auto prices = backend_.prices().Load();
  ASSERT_TRUE(prices.ok()) << prices.status();
  EXPECT_EQ(prices->GpuSecond("rtx4000", kEarliestUs), 60'000);
  EXPECT_EQ(prices->GpuSecond("rtx4090", kTenUs), 120'000);
  EXPECT_EQ(prices->Invocation(kTenUs), 100'000);
  EXPECT_EQ(prices->GpuSecond("rtx4000", kEarliestUs - 1), std::nullopt);
}

TEST_F(MeteringSchemaTest, TheBooksAreAppendOnly) {
  ASSERT_NO_FATAL_FAILURE(Record(ARecord()));
  for (const std::string table :
       {"metering.usage_records", "metering.ledger_transactions", "metering.ledger_entries"}) {
    for (const std::string& sql : {"DELETE FROM " + table, "TRUNCATE " + table,
                                   "UPDATE " + table + " SET project_id = project_id"}) {
      const absl::Status status = Run(sql);
      EXPECT_TRUE(absl::IsFailedPrecondition(status)) << sql << ": " << status;
    }
  }
}

TEST_F(MeteringSchemaTest, ATransactionSumsToZero) {
  EXPECT_TRUE(InsertPair(NewId(), "70", "-70").ok());
  const absl::Status status = InsertPair(NewId(), "70", "-69");
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_NE(status.ToString().find("does not sum to zero"), std::string::npos) << status;
}

TEST_F(MeteringSchemaTest, AnAmountIsPriceTimesQuantity) {
  EXPECT_TRUE(absl::IsFailedPrecondition(InsertPair(NewId(), "71", "-71")));
}

TEST_F(MeteringSchemaTest, ATransactionNumberIsTakenOnce) {
  const std::string project = NewId();
  EXPECT_TRUE(InsertPair(project, "70", "-70").ok());
  EXPECT_TRUE(absl::IsAlreadyExists(InsertPair(project, "70", "-70")));
}

TEST_F(MeteringSchemaTest, ARecordHasAPriceForEachHourItTouches) {
  const Span over_an_hour = {kTenUs - 5, kTenUs + 5};
  EXPECT_TRUE(InsertBareRecord(over_an_hour, "{1,NULL}").ok());
  EXPECT_TRUE(InsertBareRecord({kTenUs - 5, kTenUs}, "{1}").ok());
  EXPECT_TRUE(InsertBareRecord({kTenUs, kTenUs}, "{}").ok());
  for (const char* prices : {"{}", "{1}", "{1,2,3}"}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(InsertBareRecord(over_an_hour, prices))) << prices;
  }
  EXPECT_TRUE(absl::IsFailedPrecondition(InsertBareRecord({kTenUs, kTenUs}, "{1}")));
}

TEST_F(MeteringSchemaTest, ARecordHoldsGpusOrBytes) {
  EXPECT_TRUE(InsertBareRecord({kTenUs, kTenUs + 5}, "{1}", "instance", 16'000).ok());
  for (const int milli_gpus : {0, -1, 16'001}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(
        InsertBareRecord({kTenUs, kTenUs + 5}, "{1}", "worker", milli_gpus)));
  }
  EXPECT_TRUE(
      absl::IsFailedPrecondition(InsertBareRecord({kTenUs, kTenUs + 5}, "{1}", "storage", 0)));
}

TEST_F(MeteringSchemaTest, OnlyAttemptsHaveApiKeysAndTheirEndsTokens) {
  const auto insert = [&](const std::string& kind, const std::string& key, const char* tokens) {
    return Run(
        "INSERT INTO metering.usage_records (job_id, epoch, project_id, endpoint_id, worker_id, "
        "gpu_type, milli_gpus, start_us, end_us, cause, cold_start_us, kind, prices, transaction, "
        "position, api_key_id, tokens) "
        "VALUES ($1, 1, $1, $1, 'w', 'g', 1, $2, $2, 'none', 0, $3, '{}', 1, 0, $4, $5)",
        {NewId(), std::to_string(kTenUs), kind, key, tokens});
  };
  EXPECT_TRUE(insert("attempt", "k", "7").ok());
  EXPECT_TRUE(insert("part", "k", "0").ok());
  EXPECT_TRUE(insert("worker", "", "0").ok());
  for (const absl::Status& status : {insert("worker", "k", "0"), insert("instance", "", "7"),
                                     insert("part", "", "7"), insert("attempt", "", "-1")}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  }
}

TEST_F(MeteringSchemaTest, HoursOfBeforeThereWereApiKeysGoOnWithoutOne) {
  ASSERT_TRUE(Run("CREATE DATABASE before_keys").ok());
  const std::string dsn = TestDsn() + " dbname=before_keys";
  const std::span all(kMigrations);
  const auto older = std::ranges::count_if(
      all, [](const postgres::Migration& migration) { return migration.name < "0027"; });
  ASSERT_TRUE(postgres::Migrate(dsn, "metering", all.first(static_cast<std::size_t>(older))).ok());
  postgres::Pool pool(postgres::WithDeadlines(dsn), 2);
  UsageRecord record = ARecord();
  ASSERT_TRUE(pool.Exec("INSERT INTO metering.usage_hourly (project_id, hour_us, endpoint_id, "
                        "gpu_type, gpu_milli_us, credited_gpu_milli_us, unpriced_gpu_milli_us, "
                        "invocations, cold_start_us, cost_atto, first_us, last_us) "
                        "VALUES ($1, $2, $3, 'rtx4000', 0, 0, 0, 5, 0, 0, $2, $2)",
                        {record.project_id, std::to_string(kTenUs), record.endpoint_id})
                  .ok());
  ASSERT_TRUE(MigrateSchema(dsn).ok());
  PostgresUsageStore usage(pool);
  ASSERT_TRUE(usage.Record(DefaultBills({record}), kTenUs).ok());
  record.key.job_id = record.api_key_id = NewId();
  record.tokens = 9;
  ASSERT_TRUE(usage.Record(DefaultBills({record}), kTenUs).ok());
  const auto rows = pool.Exec(
      "SELECT api_key_id, invocations, tokens FROM metering.usage_hourly ORDER BY api_key_id", {});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2);
  EXPECT_EQ(rows->Text(0, 0), "");
  EXPECT_EQ(rows->Int(0, 1), 6);
  EXPECT_EQ(rows->Text(1, 0), record.api_key_id);
  EXPECT_EQ(rows->Int(1, 2), 9);
  const auto total = pool.Exec("SELECT invocations, tokens FROM metering.usage_hourly_totals", {});
  ASSERT_TRUE(total.ok()) << total.status();
  ASSERT_EQ(total->size(), 1);
  EXPECT_EQ(total->Int(0, 0), 7);
  EXPECT_EQ(total->Int(0, 1), 9);
}

TEST_F(MeteringSchemaTest, SegmentsAreThePiecesOfRecords) {
  UsageRecord record = ARecord();
  record.start_us = kTenUs - 5;
  record.end_us = kTenUs + kHourUs + 7;
  ASSERT_NO_FATAL_FAILURE(Record(record));
  const auto rows = backend_.pool().Exec(
      "SELECT hour_us, start_us, end_us, price_nanos FROM metering.usage_segments "
      "WHERE job_id = $1 ORDER BY hour_us",
      {record.key.job_id});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 3);
  const std::int64_t cuts[] = {kTenUs - 5, kTenUs, kTenUs + kHourUs, kTenUs + kHourUs + 7};
  for (int row = 0; row < 3; ++row) {
    EXPECT_EQ(rows->Int(row, 0), kTenUs + (row - 1) * kHourUs);
    EXPECT_EQ(rows->Int(row, 1), cuts[row]);
    EXPECT_EQ(rows->Int(row, 2), cuts[row + 1]);
    EXPECT_EQ(rows->Int(row, 3), 60'000);
  }
}

TEST_F(MeteringSchemaTest, PricesChangeOnWholeHours) {
  const std::string insert =
      "INSERT INTO metering.prices (unit, gpu_type, effective_from, nanos) VALUES ";
  EXPECT_TRUE(
      absl::IsFailedPrecondition(Run(insert + "('gpu_second', 'odd', '2026-03-01T10:30:00Z', 1)")));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Run(insert + "('gpu_second', 'odd', '2026-03-01T10:00:00.000001Z', 1)")));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Run(insert + "('gpu_second', 'odd', '2026-03-01T10:00:00Z', -1)")));
  EXPECT_TRUE(
      absl::IsFailedPrecondition(Run(insert + "('invocation', 'odd', '2026-03-01T10:00:00Z', 1)")));
  EXPECT_TRUE(Run(insert + "('gpu_second', 'odd', '2026-03-01T10:00:00Z', 1)").ok());
}

}  // namespace
}  // namespace furnace::metering
