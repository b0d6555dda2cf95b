#include "services/metering/rpc/handlers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "tests/support/metering_memory_store.h"
#include "tests/support/metering_proto.h"
#include "tests/support/metering_records.h"

namespace furnace::metering::rpc {
namespace {

class MeteringHandlersTest : public testing::Test {
 protected:
  absl::StatusOr<int> Record(const std::vector<UsageRecord>& records) {
    internal::v1::RecordUsageRequest request;
    for (const UsageRecord& record : records) *request.add_records() = ProtoOf(record);
    const auto response = handlers_.RecordUsage({}, request);
    if (!response.ok()) return response.status();
    return response->recorded();
  }

  static furnace::rpc::CallContext CallOf(const std::string& project_id) {
    furnace::rpc::CallContext call;
    call.project_id = project_id;
    return call;
  }

  MemoryUsageStore usage_;
  MemoryPriceStore prices_;
  LastTally monitor_;
  FixedClock clock_{kTenUs + kHourUs};
  UsageRecorder recorder_{usage_, prices_, monitor_, clock_};
  UsageReader reader_{usage_, prices_, clock_};
  LedgerReader ledger_{usage_};
  Handlers handlers_{recorder_, reader_, ledger_};
};

TEST_F(MeteringHandlersTest, RecordsUsage) {
  const UsageRecord record = ARecord();
  EXPECT_EQ(*Record({record}), 1);
  EXPECT_EQ(*Record({record}), 0);
}

TEST_F(MeteringHandlersTest, TakesOneToAThousandRecords) {
  EXPECT_EQ(Record({}).status().message(), "records: must be 1 to 1000, not 0");
  std::vector<UsageRecord> records(1'001, ARecord());
  EXPECT_TRUE(absl::IsInvalidArgument(Record(records).status()));
  records.pop_back();
  EXPECT_EQ(*Record(records), 1);
}

TEST_F(MeteringHandlersTest, NamesTheBadRecordByIndex) {
  internal::v1::RecordUsageRequest request;
  *request.add_records() = ProtoOf(ARecord());
  *request.add_records() = ProtoOf(ARecord());
  request.mutable_records(1)->set_cause(static_cast<v1::FailureCause>(42));
  EXPECT_EQ(handlers_.RecordUsage({}, request).status().message(),
            "records[1].cause: 42 is not one");
  request.mutable_records(1)->clear_cause();
  request.mutable_records(0)->set_gpu_count(17);
  EXPECT_EQ(handlers_.RecordUsage({}, request).status().message(),
            "records[0].gpu_count: must be 1 to 16");
}

TEST_F(MeteringHandlersTest, ProjectsDoNotRecordUsage) {
  internal::v1::RecordUsageRequest request;
  *request.add_records() = ProtoOf(ARecord());
  EXPECT_TRUE(absl::IsPermissionDenied(handlers_.RecordUsage(CallOf(NewId()), request).status()));
}

TEST_F(MeteringHandlersTest, UsageIsReadForAProjectOnly) {
  for (const char* project : {"", "default"}) {
    EXPECT_TRUE(absl::IsPermissionDenied(handlers_.GetUsage(CallOf(project), {}).status()));
    EXPECT_TRUE(
        absl::IsPermissionDenied(handlers_.ListLedgerEntries(CallOf(project), {}).status()));
  }
}

TEST_F(MeteringHandlersTest, ReportsUsage) {
  const UsageRecord record = ARecord();
  ASSERT_TRUE(Record({record}).ok());
  v1::GetUsageRequest request;
  request.add_group_by(v1::USAGE_GROUP_ENDPOINT);
  const auto response = handlers_.GetUsage(CallOf(record.project_id), request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->rows_size(), 1);
  EXPECT_EQ(response->rows(0).endpoint_id(), record.endpoint_id);
  EXPECT_EQ(response->total().gpu_time_us(), 10 * kSecondUs);
  EXPECT_EQ(response->total().cost_nanos(), 700'000);
  EXPECT_EQ(handlers_.GetUsage(CallOf(NewId()), request)->rows_size(), 0);
}

TEST_F(MeteringHandlersTest, PagesThroughTheLedgerOnce) {
  const std::string project = NewId();
  std::vector<UsageRecord> records(7, ARecord());
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].project_id = project;
    records[i].key.epoch = static_cast<int>(i) + 1;
  }
  ASSERT_EQ(*Record(records), 7);
  v1::ListLedgerEntriesRequest request;
  request.set_page_size(4);
  std::vector<std::int64_t> ids;
  do {
    const auto page = handlers_.ListLedgerEntries(CallOf(project), request);
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_LE(page->entries_size(), 4);
    for (const v1::LedgerEntry& entry : page->entries()) ids.push_back(entry.id());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(ids.size(), 14);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
}

TEST_F(MeteringHandlersTest, AFullLastPageHasNoNextOne) {
  const UsageRecord record = ARecord();
  ASSERT_TRUE(Record({record}).ok());
  v1::ListLedgerEntriesRequest request;
  request.set_page_size(2);
  const auto page = handlers_.ListLedgerEntries(CallOf(record.project_id), request);
  EXPECT_EQ(page->entries_size(), 2);
  EXPECT_EQ(page->next_page_token(), "");
}

TEST_F(MeteringHandlersTest, RefusesBadPages) {
  v1::ListLedgerEntriesRequest request;
  for (const int size : {-1, 1'001, std::numeric_limits<int>::min()}) {
    request.set_page_size(size);
    EXPECT_TRUE(
        absl::IsInvalidArgument(handlers_.ListLedgerEntries(CallOf(NewId()), request).status()));
  }
  request.set_page_size(1'000);
  EXPECT_TRUE(handlers_.ListLedgerEntries(CallOf(NewId()), request).ok());
  request.set_page_token("17");
  EXPECT_EQ(handlers_.ListLedgerEntries(CallOf(NewId()), request).status().message(),
            "page_token: not one of this list");
  request.clear_page_token();
  request.set_job_id("all");
  EXPECT_EQ(handlers_.ListLedgerEntries(CallOf(NewId()), request).status().message(),
            "job_id: not a UUID");
}

TEST_F(MeteringHandlersTest, RefusesBadPeriods) {
  v1::GetUsageRequest request;
  request.mutable_end_time()->set_seconds(1);
  EXPECT_EQ(handlers_.GetUsage(CallOf(NewId()), request).status().message(),
            "end_time: before start_time");
  request.mutable_start_time()->set_nanos(-1);
  EXPECT_EQ(handlers_.GetUsage(CallOf(NewId()), request).status().message(),
            "start_time: not a time of the years 1 to 9999");
}

TEST_F(MeteringHandlersTest, ListsPrices) {
  const auto response = handlers_.ListPrices(CallOf(NewId()), {});
  ASSERT_TRUE(response.ok());
  ASSERT_EQ(response->prices_size(), 6);
  EXPECT_EQ(response->prices(0).gpu_type(), "rtx4000");
  EXPECT_EQ(response->prices(0).nanos(), 60'000);
  EXPECT_EQ(response->prices(2).unit(), v1::PRICE_UNIT_INVOCATION);
}

}  // namespace
}  // namespace furnace::metering::rpc
