#include "services/metering/app/credit_desk.h"

#include <gtest/gtest.h>

#include "services/metering/app/credit_book.h"
#include "tests/support/metering_memory_credits.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

class CreditDeskTest : public testing::Test {
 protected:
  CreditDeskTest() { charges_.charges = {GpuTimeCharge(NewId(), "a", 10, 10)}; }

  Grant Ask(std::int64_t nanos, const std::string& key = "") {
    Grant grant = AGrant(project_, nanos);
    grant.id.clear();
    grant.idempotency_key = key;
    return grant;
  }

  const std::string project_ = NewId();
  FixedClock clock_{kTenUs};
  FixedCharges charges_;
  MemoryCreditStore store_;
  MemorySubsidyStore decisions_;
  CreditBook book_{store_, decisions_, clock_};
  PeriodPreviewer previewer_{charges_, {&book_}};
  CreditDesk desk_{store_, previewer_, clock_};
};

TEST_F(CreditDeskTest, TheSameKeyGivesOnceAndOnlyTheSame) {
  const auto first = desk_.Create(Ask(50, "k"));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(desk_.Create(Ask(50, "k"))->state.grant.id, first->state.grant.id);
  EXPECT_TRUE(absl::IsAlreadyExists(desk_.Create(Ask(51, "k")).status()));
  EXPECT_NE(desk_.Create(Ask(50))->state.grant.id, desk_.Create(Ask(50))->state.grant.id);
  EXPECT_TRUE(absl::IsInvalidArgument(desk_.Create(Ask(0)).status()));
}

TEST_F(CreditDeskTest, GrantsAreListedInTheOrderOfUseWithWhatTheMonthHolds) {
  Grant second = Ask(70);
  second.priority = 1;
  ASSERT_TRUE(desk_.Create(second).ok());
  ASSERT_TRUE(desk_.Create(Ask(60)).ok());
  const auto views = desk_.List(project_);
  ASSERT_TRUE(views.ok()) << views.status();
  ASSERT_EQ(views->size(), 2);
  EXPECT_EQ(views->at(0).held, FromNanos(60));
  EXPECT_EQ(views->at(0).state.left, FromNanos(60));
  EXPECT_EQ(views->at(1).held, FromNanos(40));
  EXPECT_TRUE(desk_.List(NewId())->empty());
}

TEST_F(CreditDeskTest, WhatHasExpiredIsNotLeftButWhatTheMonthHolds) {
  Grant old = AGrant(project_, 130);
  old.valid = {kTenUs - kDayUs, kTenUs};
  ASSERT_TRUE(store_.CreateGrant(old).ok());
  Grant older = AGrant(project_, 5);
  older.valid = {kTenUs - 90 * kDayUs, kTenUs - 60 * kDayUs};
  ASSERT_TRUE(store_.CreateGrant(older).ok());
  const auto views = desk_.List(project_);
  ASSERT_TRUE(views.ok() && views->size() == 2);
  EXPECT_EQ(views->at(0).state.expired, FromNanos(5));
  EXPECT_EQ(views->at(0).state.left, AttoUsd{0});
  EXPECT_EQ(views->at(1).held, FromNanos(100));
  EXPECT_EQ(views->at(1).state.left, FromNanos(100));
  EXPECT_EQ(views->at(1).state.expired, FromNanos(30));
}

TEST_F(CreditDeskTest, OnlyWhatThereIsIsVoided) {
  const std::string id = desk_.Create(Ask(50))->state.grant.id;
  EXPECT_EQ(desk_.Void(id, "a mistake")->state.voided, FromNanos(50));
  EXPECT_TRUE(absl::IsNotFound(desk_.Void(NewId(), "x").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(desk_.Void("x", "x").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(desk_.Void(id, "").status()));
}

}  // namespace
}  // namespace furnace::metering
