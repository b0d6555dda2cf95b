#include "services/metering/app/usage_reader.h"

#include <gtest/gtest.h>

#include "tests/support/metering_memory_store.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr std::int64_t kNowUs = kTenUs + kHourUs;

class UsageReaderTest : public testing::Test {
 protected:
  void Record(const std::vector<UsageRecord>& records) {
    ASSERT_TRUE(usage_.Record(DefaultBills(records), kTenUs).ok());
  }

  MemoryUsageStore usage_;
  MemoryPriceStore prices_;
  FixedClock clock_{kNowUs};
  UsageReader reader_{usage_, prices_, clock_};
};

TEST_F(UsageReaderTest, ReportsByDefaultOnTheMonthSoFar) {
  UsageRecord before = ARecord();
  UsageRecord within = ARecord();
  UsageRecord after = ARecord();
  within.project_id = after.project_id = before.project_id;
  before.start_us -= kDayUs;
  before.end_us -= kDayUs;
  after.start_us = kNowUs;
  after.end_us = kNowUs + 1;
  Record({before, within, after});
  const auto report = reader_.Report({.project_id = before.project_id}, {}, {});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->total.invocations == 1);
  EXPECT_EQ(report->rows.size(), 1);
}

TEST_F(UsageReaderTest, TheTotalIsTheExactSumOfTheRows) {
  UsageRecord a = ARecord();
  UsageRecord b = ARecord();
  b.project_id = a.project_id;
  // A third of a nano-dollar each: rounded one by one they would vanish.
  a.gpu_type = b.gpu_type = "g";
  a.end_us = b.end_us = a.start_us + 1;
  prices_.Add({PriceUnit::kGpuSecond, "g", 300'000, kEarliestUs});
  const PriceList prices({{PriceUnit::kGpuSecond, "g", 300'000, kEarliestUs}});
  const std::vector<Bill> bills = {*MakeBill(a, prices), *MakeBill(b, prices)};
  ASSERT_TRUE(usage_.Record(bills, kTenUs).ok());
  const auto report = reader_.Report({.project_id = a.project_id, .by_endpoint = true}, {}, {});
  ASSERT_EQ(report->rows.size(), 2);
  EXPECT_EQ(*ToNanos(report->rows[0].sums.cost), 0);
  EXPECT_EQ(*ToNanos(report->total.cost), 1);
}

TEST_F(UsageReaderTest, RefusesBadPeriods) {
  EXPECT_TRUE(
      absl::IsInvalidArgument(reader_.Report({.project_id = "p"}, kNowUs, kNowUs - 1).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      reader_.Report({.project_id = "p"}, kNowUs - 401 * kDayUs, kNowUs).status()));
}

TEST_F(UsageReaderTest, RefusesMoreGroupsThanAnAnswerHolds) {
  const std::string project = NewId();
  std::vector<UsageRecord> records;
  for (int i = 0; i <= kMaxUsageRows; ++i) {
    records.push_back(ARecord());
    records.back().project_id = project;
  }
  Record(records);
  const UsageQuery query{.project_id = project, .by_endpoint = true};
  const auto status = reader_.Report(query, {}, {}).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_TRUE(reader_.Report({.project_id = project, .by_hour = true}, {}, {}).ok());
}

TEST_F(UsageReaderTest, ListsThePricesInForceNow) {
  prices_.Add({PriceUnit::kGpuSecond, "rtx4000", 70'000, kNowUs});
  prices_.Add({PriceUnit::kGpuSecond, "rtx4090", 99'000, kNowUs + kHourUs});
  const auto prices = reader_.ListPrices("");
  ASSERT_TRUE(prices.ok() && prices->lines.size() == 6);
  EXPECT_EQ(prices->lines[0].nanos, 70'000);
  EXPECT_EQ(prices->lines[1].nanos, 120'000);
  EXPECT_EQ(prices->lines[2].unit, PriceUnit::kInvocation);
}

TEST_F(UsageReaderTest, AProjectSeesItsOwnPricesAndNobodyElses) {
  const std::string mine = NewId();
  Price own{PriceUnit::kGpuSecond, "rtx4000", 50'000, kNowUs};
  own.project_id = mine;
  Price foreign = own;
  foreign.project_id = NewId();
  prices_.Add(own);
  prices_.Add(foreign);
  const auto prices = reader_.ListPrices(mine);
  ASSERT_TRUE(prices.ok() && prices->lines.size() == 7);
  EXPECT_EQ(prices->lines[1].project_id, mine);
  EXPECT_EQ(reader_.ListPrices("")->lines.size(), 6);
}

}  // namespace
}  // namespace furnace::metering
