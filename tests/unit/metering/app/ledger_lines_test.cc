#include "services/metering/app/ledger_lines.h"

#include <gtest/gtest.h>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

TEST(LinesOfTest, AreTheCustomersEntriesByRisingId) {
  UsageRecord lost = ARecord();
  lost.start_us = kTenUs - 5;
  lost.cause = Cause::kPlatform;
  const BookedBill booked{.place = {7, 999}, .recorded_us = 3, .bill = DefaultBill(lost)};
  const std::vector<LedgerLine> lines = LinesOf(booked);
  ASSERT_EQ(lines.size(), 4);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].transaction, 7);
    EXPECT_EQ(lines[i].key, lost.key);
    EXPECT_EQ(lines[i].recorded_us, 3);
    EXPECT_EQ(PlaceOfLine(lines[i].id), booked.place);
    if (i > 0) {
      EXPECT_EQ(lines[i].id, lines[i - 1].id + 1);
    }
  }
}

TEST(LinesOfTest, IdsRiseWithThePlace) {
  UsageRecord longest = ARecord();
  longest.start_us = kTenUs + 1 - kMaxLeaseUs;
  longest.end_us = kTenUs + 1;
  longest.cause = Cause::kPlatform;
  const Bill bill = DefaultBill(longest);
  std::int64_t last = 0;
  for (const Place place : {Place{1, 0}, Place{1, 1}, Place{1, 1'000}, Place{2, 0}}) {
    const std::vector<LedgerLine> lines = LinesOf({.place = place, .bill = bill});
    EXPECT_EQ(lines.size(), 2 * 193);
    EXPECT_GT(lines.front().id, last);
    last = lines.back().id;
  }
}

}  // namespace
}  // namespace furnace::metering
