#include "services/metering/app/credit_book.h"

#include <gtest/gtest.h>

#include "services/metering/app/subsidy_adjuster.h"
#include "tests/support/metering_memory_credits.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr Span kMonth = {kTenUs - 10 * kHourUs, kTenUs + 31 * kDayUs - 10 * kHourUs};

class CreditBookTest : public testing::Test {
 protected:
  CreditBookTest() {
    charges_ = {GpuTimeCharge(NewId(), "a", 10, 100), GpuTimeCharge(NewId(), "b", 10, 100)};
    Policy policy;
    policy.award = {.policy = "half", .percent_bp = 5'000};
    EXPECT_TRUE(subsidies_.AddPolicy(policy, 0).ok());
    EXPECT_TRUE(credits_.CreateGrant(grant_).ok());
  }

  PeriodCharges With(const std::vector<Adjustment>& adjustments) {
    return {project_, kMonth, charges_, adjustments};
  }

  // What the adjusters say, one after the other.
  std::vector<Adjustment> Adjusted() {
    std::vector<Adjustment> all = *adjuster_.Adjust(With({}));
    const auto credits = book_.Adjust(With(all));
    EXPECT_TRUE(credits.ok()) << credits.status();
    all.insert(all.end(), credits->begin(), credits->end());
    return all;
  }

  GrantState State() { return credits_.Grants(project_)->front(); }

  const std::string project_ = NewId();
  const Grant grant_ = AGrant(project_, 400);
  std::vector<Charge> charges_;
  FixedClock clock_{kMonth.end_us};
  MemoryCreditStore credits_;
  MemorySubsidyStore subsidies_;
  SubsidyAdjuster adjuster_{subsidies_, credits_, nullptr, clock_};
  CreditBook book_{credits_, subsidies_, clock_};
};

TEST_F(CreditBookTest, CreditsPayWhatSubsidiesLeave) {
  const std::vector<Adjustment> all = Adjusted();
  ASSERT_EQ(all.size(), 3);
  EXPECT_EQ(all.back().reference, grant_.id);
  EXPECT_EQ(all.back().amount, -FromNanos(400));
  EXPECT_EQ(State().left, FromNanos(400));  // Nothing is used by asking.
}

TEST_F(CreditBookTest, ACommitUsesTheGrantsOnce) {
  const std::vector<Adjustment> all = Adjusted();
  for (int i = 0; i < 3; ++i) {
    const absl::Status status = book_.Commit("invoice 1", With(all));
    EXPECT_TRUE(status.ok()) << status;
  }
  EXPECT_EQ(State().used, FromNanos(400));
  const absl::Status other = book_.Commit("invoice 2", With(all));
  EXPECT_TRUE(absl::IsFailedPrecondition(other)) << other;
}

TEST_F(CreditBookTest, WhatIsCommittedIsSaidAgainWhateverHappensLater) {
  const std::vector<Adjustment> all = Adjusted();
  ASSERT_TRUE(book_.Commit("invoice 1", With(all)).ok());
  ASSERT_TRUE(credits_.CreateGrant(AGrant(project_, 1'000)).ok());
  Policy off{.disabled = true};
  off.award.policy = "half";
  ASSERT_TRUE(subsidies_.AddPolicy(off, 0).ok());
  EXPECT_EQ(Adjusted(), all);
}

TEST_F(CreditBookTest, WhatHasChangedMeanwhileIsNotCommitted) {
  const std::vector<Adjustment> all = Adjusted();
  ASSERT_TRUE(credits_.VoidGrant(grant_.id, "a mistake", 0).ok());
  EXPECT_TRUE(absl::IsAborted(book_.Commit("invoice 1", With(all))));
  const std::vector<Adjustment> without = Adjusted();
  EXPECT_EQ(without.size(), 2);
  Policy less;
  less.award = {.policy = "half", .percent_bp = 4'000};
  ASSERT_TRUE(subsidies_.AddPolicy(less, 0).ok());
  const std::vector<Adjustment> now = Adjusted();
  EXPECT_TRUE(absl::IsAborted(book_.Commit("invoice 1", With(without))));
  EXPECT_TRUE(book_.Commit("invoice 1", With(now)).ok());
}

TEST_F(CreditBookTest, OfTwoWhoMakeTheSameInvoiceTheSlowerIsHeldToWhatStands) {
  const std::vector<Adjustment> all = Adjusted();
  charges_.push_back(GpuTimeCharge(NewId(), "c", 10, 100));  // Booked after the faster has read.
  const std::vector<Adjustment> more = *adjuster_.Adjust(With({}));
  charges_.pop_back();
  ASSERT_TRUE(book_.Commit("invoice 1", With(all)).ok());
  EXPECT_TRUE(absl::IsAborted(book_.Commit("invoice 1", With(more))));
  std::vector<Adjustment> without_credit(all.begin(), all.end() - 1);
  EXPECT_TRUE(absl::IsAborted(book_.Commit("invoice 1", With(without_credit))));
  charges_.push_back(GpuTimeCharge(NewId(), "c", 10, 100));
  const absl::Status again = book_.Commit("invoice 1", With(Adjusted()));
  EXPECT_TRUE(again.ok()) << again;
  EXPECT_EQ(State().used, FromNanos(400));
}

TEST_F(CreditBookTest, OnlyWhatWasDecidedIsCommitted) {
  EXPECT_TRUE(absl::IsFailedPrecondition(book_.Commit("invoice 1", With({}))));
  EXPECT_TRUE(absl::IsInvalidArgument(book_.Commit("", With({}))));
}

}  // namespace
}  // namespace furnace::metering
