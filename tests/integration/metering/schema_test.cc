// The schema's own walls: what a bug in the service would meet.
#include "services/metering/storage/postgres/schema.h"

#include <gtest/gtest.h>

#include <string>

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
    ASSERT_TRUE(backend_.usage().Record(DefaultBills({record})).ok());
  }

  // A record without segments or ledger, of `record`'s ten seconds from ten on.
  void InsertBareRecord(const UsageRecord& record) {
    ASSERT_TRUE(Run("INSERT INTO metering.usage_records VALUES ($1, 1, $2, $3, 'w', 'g', 1000, "
                    "$4, $5, 'none', 0)",
                    {record.key.job_id, record.project_id, record.endpoint_id,
                     std::to_string(record.start_us), std::to_string(record.end_us)})
                    .ok());
  }

  absl::Status InsertSegments(const UsageRecord& record, const std::vector<Span>& spans) {
    std::string values;
    for (const Span& span : spans) {
      values += (values.empty() ? "" : ", ") + ("($1, 1, " + std::to_string(span.start_us)) + ", " +
                std::to_string(span.end_us) + ", $2, $3, 'g', 1000, false)";
    }
    return Run(
        "INSERT INTO metering.usage_segments (job_id, epoch, start_us, end_us, project_id, "
        "endpoint_id, gpu_type, milli_gpus, credited) VALUES " +
            values,
        {record.key.job_id, record.project_id, record.endpoint_id});
  }

  // Adds an entry pair on a new transaction of `project_id`.
  absl::Status InsertPair(const std::string& project_id, const std::string& customer_amount,
                          const std::string& revenue_amount) {
    return Run(
        "WITH t AS (INSERT INTO metering.ledger_transactions (project_id, job_id, epoch, "
        "endpoint_id, gpu_type) VALUES ($1, $2, 1, $2, 'g') RETURNING id) "
        "INSERT INTO metering.ledger_entries (project_id, transaction_id, account, kind, "
        "amount_atto, start_us, end_us, gpu_milli_us, unit_price_nanos) "
        "SELECT $1, id, e.account::metering.account, e.kind::metering.entry_kind, "
        "e.amount::numeric, 0, 0, 10, 7 FROM t, (VALUES ('customer', 'gpu_time', $3), "
        "('revenue', 'balance', $4)) AS e (account, kind, amount)",
        {project_id, NewId(), customer_amount, revenue_amount});
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
  for (const std::string table : {"metering.usage_records", "metering.usage_segments",
                                  "metering.ledger_transactions", "metering.ledger_entries"}) {
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

TEST_F(MeteringSchemaTest, AnEntryBelongsToItsTransactionsProject) {
  const UsageRecord record = ARecord();
  ASSERT_NO_FATAL_FAILURE(Record(record));
  const absl::Status status =
      Run("INSERT INTO metering.ledger_entries (project_id, transaction_id, account, kind, "
          "amount_atto, start_us, end_us, gpu_milli_us, unit_price_nanos) "
          "SELECT $1, max(id), 'customer', 'gpu_time', 0, 0, 0, 0, 0 "
          "FROM metering.ledger_transactions",
          {NewId()});
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
}

TEST_F(MeteringSchemaTest, AnAttemptHasOneTransaction) {
  const UsageRecord record = ARecord();
  ASSERT_NO_FATAL_FAILURE(Record(record));
  EXPECT_TRUE(absl::IsAlreadyExists(
      Run("INSERT INTO metering.ledger_transactions (project_id, job_id, epoch, endpoint_id, "
          "gpu_type) VALUES ($1, $2, 1, $3, 'g')",
          {record.project_id, record.key.job_id, record.endpoint_id})));
}

TEST_F(MeteringSchemaTest, SegmentsAreExactlyTheirLease) {
  UsageRecord record = ARecord();
  record.start_us = kTenUs - 5;
  record.end_us = kTenUs + 5;
  ASSERT_NO_FATAL_FAILURE(InsertBareRecord(record));
  const std::vector<std::vector<Span>> bad = {
      {{kTenUs - 5, kTenUs}},                            // Ends early.
      {{kTenUs, kTenUs + 5}},                            // Starts late.
      {{kTenUs - 5, kTenUs - 1}, {kTenUs, kTenUs + 5}},  // Has a gap.
      {{kTenUs - 5, kTenUs}, {kTenUs, kTenUs + 6}},      // Is too long.
      {{kTenUs - 5, kTenUs + 5}},                        // Is not cut at the hour.
      {{kTenUs - 5, kTenUs}, {kTenUs, kTenUs}},          // Has an empty piece.
  };
  for (std::size_t i = 0; i < bad.size(); ++i) {
    const absl::Status status = InsertSegments(record, bad[i]);
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << i << ": " << status;
  }
  // Overlaps.
  EXPECT_TRUE(absl::IsAlreadyExists(InsertSegments(
      record, {{kTenUs - 5, kTenUs}, {kTenUs, kTenUs + 3}, {kTenUs + 2, kTenUs + 5}})));
  EXPECT_TRUE(InsertSegments(record, {{kTenUs - 5, kTenUs}, {kTenUs, kTenUs + 5}}).ok());
}

TEST_F(MeteringSchemaTest, SegmentsNeedARecord) {
  EXPECT_TRUE(absl::IsFailedPrecondition(InsertSegments(ARecord(), {{kTenUs, kTenUs + 5}})));
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
