#include "services/metering/domain/canonical.h"

#include <gtest/gtest.h>

#include "libs/common/ledger/statement.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

UsageRecord KnownRecord() {
  UsageRecord record = ARecord();
  record.key = {"00000000-0000-7000-8000-000000000001", 2};
  record.project_id = "00000000-0000-7000-8000-00000000000a";
  record.endpoint_id = "00000000-0000-7000-8000-00000000000b";
  record.start_us = kTenUs - 5;
  record.end_us = kTenUs + 5;
  record.milli_gpus = 250;
  record.tags = {{"team", "a b"}, {"user", ""}};
  return record;
}

// Whoever has to change this text has to write another version of it, and keep this one.
TEST(CanonicalTextTest, OfARecordIsThisToTheByte) {
  EXPECT_EQ(CanonicalText(DefaultBill(KnownRecord())),
            "furnace-usage 1\n"
            "project 00000000-0000-7000-8000-00000000000a\n"
            "job 00000000-0000-7000-8000-000000000001\n"
            "epoch 2\n"
            "kind attempt\n"
            "endpoint 00000000-0000-7000-8000-00000000000b\n"
            "worker worker-1\n"
            "gpu rtx4000\n"
            "milli_gpus 250\n"
            "vram_mib 0\n"
            "bytes 0\n"
            "start 1772359199999995\n"
            "end 1772359200000005\n"
            "cause none\n"
            "cold_start 0\n"
            "warm 0\n"
            "covered 0\n"
            "region \n"
            "tier \n"
            "tag team=a b\n"
            "tag user=\n"
            "line gpu_time 1772359199999995 1772359200000000 1250 60000 75000000\n"
            "line gpu_time 1772359200000000 1772359200000005 1250 60000 75000000\n"
            "line invocation 1772359199999995 1772359200000005 1 100000 100000000000000\n");
}

TEST(CanonicalTextTest, AnApiKeyAndTokensAreToldWhereThereAreAny) {
  const std::string before = CanonicalText(DefaultBill(KnownRecord()));
  UsageRecord record = KnownRecord();
  record.api_key_id = "00000000-0000-7000-8000-00000000000c";
  const auto with = [&](const std::string& lines) {
    std::string text = before;
    text.replace(0, std::string("furnace-usage 1").size(), "furnace-usage 2");
    return text.insert(text.find("tag team"), lines);
  };
  const std::string key = "api_key 00000000-0000-7000-8000-00000000000c\n";
  EXPECT_EQ(CanonicalText(DefaultBill(record)), with(key));
  record.tokens = 1'234;
  EXPECT_EQ(CanonicalText(DefaultBill(record)), with(key + "tokens 1234\n"));
  record.api_key_id = "";
  EXPECT_EQ(CanonicalText(DefaultBill(record)), with("tokens 1234\n"));
}

TEST(CanonicalTextTest, OfATransactionIsThisToTheByte) {
  const Bill bill = DefaultBill(KnownRecord());
  const Bill* const bills[] = {&bill};
  const auto transaction =
      Sum({.project_id = bill.record.project_id, .number = 3, .time_us = kTenUs}, bills);
  ASSERT_TRUE(transaction.ok()) << transaction.status();
  EXPECT_EQ(CanonicalText(*transaction),
            "furnace-ledger 1\n"
            "project 00000000-0000-7000-8000-00000000000a\n"
            "number 3\n"
            "time 1772359200000000\n"
            "reason usage\n"
            "reference \n"
            "records 1\n"
            "root " +
                ledger::ToHex(transaction->root) +
                "\n"
                "entry customer gpu_time 00000000-0000-7000-8000-00000000000b 60000 2500 150000000 "
                "rtx4000\n"
                "entry customer invocation 00000000-0000-7000-8000-00000000000b 100000 1 "
                "100000000000000 rtx4000\n"
                "entry revenue balance - - 0 -100000150000000 -\n");
}

// Every kind of record, as whoever verifies a receipt reads it.
TEST(CanonicalTextTest, EveryKindAddsUpForWhoeverReadsIt) {
  for (const UsageKind kind :
       {UsageKind::kAttempt, UsageKind::kWorker, UsageKind::kInstance, UsageKind::kStorage}) {
    for (const Cause cause : {Cause::kNone, Cause::kTimeout, Cause::kPlatform}) {
      for (const bool covered : {false, true}) {
        UsageRecord record = KnownRecord();
        if (covered) record.api_key_id = record.project_id;
        if (cause == Cause::kNone) record.tokens = 7;
        record.kind = kind;
        record.cause = cause;
        record.covered = covered;
        if (kind == UsageKind::kStorage) {
          record.bytes = 123'456'789;
          record.milli_gpus = 0;
        }
        const auto statement = ledger::ParseStatement(CanonicalText(DefaultBill(record)));
        ASSERT_TRUE(statement.ok()) << statement.status();
        EXPECT_TRUE(ledger::CheckStatement(*statement).ok())
            << CheckStatement(*statement) << CanonicalText(DefaultBill(record));
      }
    }
  }
}

}  // namespace
}  // namespace furnace::metering
