#include "services/metering/app/term_desk.h"

#include <gtest/gtest.h>

#include "tests/support/metering_memory_store.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr std::int64_t kMarchUs = kTenUs - 10 * kHourUs;
constexpr std::int64_t kAprilUs = kMarchUs + 31 * kDayUs;

class TermDeskTest : public testing::Test {
 protected:
  // What the period costs by its terms, in nano-dollars.
  std::int64_t Adjusted(Span period) {
    const auto adjustments =
        adjuster_.Adjust({.project_id = project_, .period = period, .charges = charges_});
    EXPECT_TRUE(adjustments.ok()) << adjustments.status();
    AttoUsd total;
    for (const Adjustment& each : *adjustments) total = *Add(total, each.amount);
    return *ToNanos(total);
  }

  const std::string project_ = NewId();
  const std::vector<Charge> charges_ = {{.kind = EntryKind::kInvocation,
                                         .price_nanos = 100,
                                         .quantity = 10,
                                         .amount = FromNanos(1'000)}};
  MemoryTermStore store_;
  FixedClock clock_{kTenUs};
  TermDesk desk_{store_, clock_};
  TermAdjuster adjuster_{store_};
  const Term allowance_{
      .kind = TermKind::kAllowance, .unit = PriceUnit::kInvocation, .quantity = 4};
};

TEST_F(TermDeskTest, WithoutAMonthATermGoesFromTheNextOn) {
  EXPECT_EQ(desk_.Add(allowance_)->from_us, kAprilUs);
  EXPECT_EQ(Adjusted({kMarchUs, kAprilUs}), 0);
}

TEST_F(TermDeskTest, ATermEndsWithAMonthAndNotBefore) {
  Term term = allowance_;
  term.from_us = kMarchUs;
  const std::int64_t id = desk_.Add(term)->id;
  EXPECT_TRUE(absl::IsFailedPrecondition(desk_.End(id, kMarchUs).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(desk_.End(id, kAprilUs + 1).status()));
  EXPECT_TRUE(absl::IsNotFound(desk_.End(id + 1, 0).status()));
  EXPECT_EQ(desk_.End(id, 0)->until_us, kAprilUs);
  EXPECT_EQ(desk_.End(id, kAprilUs + 30 * kDayUs)->until_us, kAprilUs);
}

TEST_F(TermDeskTest, TermsAdjustAMonthAndWhatThereIsOfIt) {
  Term term = allowance_;
  term.from_us = kMarchUs;
  ASSERT_TRUE(desk_.Add(term).ok());
  ASSERT_TRUE(desk_.Add({.kind = TermKind::kMinimum, .nanos = 5'000, .from_us = kMarchUs}).ok());
  EXPECT_EQ(Adjusted({kMarchUs, kAprilUs}), 4'000);
  EXPECT_EQ(Adjusted({kMarchUs, kTenUs}), -400);
  EXPECT_EQ(Adjusted({kMarchUs + kHourUs, kAprilUs}), 0);
  EXPECT_EQ(Adjusted({kMarchUs, kAprilUs + kHourUs}), 0);
}

TEST_F(TermDeskTest, ForeignTermsAreOfNoEffect) {
  Term term = allowance_;
  term.from_us = kMarchUs;
  term.project_id = NewId();
  ASSERT_TRUE(desk_.Add(term).ok());
  EXPECT_EQ(Adjusted({kMarchUs, kAprilUs}), 0);
  EXPECT_EQ(desk_.List(project_)->size(), 0);
  EXPECT_EQ(desk_.List(std::nullopt)->size(), 1);
}

}  // namespace
}  // namespace furnace::metering
