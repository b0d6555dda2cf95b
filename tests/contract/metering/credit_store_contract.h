// What every CreditStore must do. Instantiated for the fake and for Postgres.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/metering/app/credit_ports.h"
#include "tests/support/metering_memory_credits.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {

/// `Backend` offers credits(), a CreditStore. Each test has a project of its own.
template <typename Backend>
class CreditStoreContract : public testing::Test {
 protected:
  static constexpr Span kMonth = {kTenUs - 10 * kHourUs, kTenUs + 31 * kDayUs - 10 * kHourUs};

  CreditStore& store() { return backend_.credits(); }

  GrantState Give(const Grant& grant) {
    const auto state = store().CreateGrant(grant);
    EXPECT_TRUE(state.ok()) << state.status();
    return state.ok() ? *state : GrantState();
  }

  GrantState Of(const std::string& grant_id) {
    const auto states = store().Grants(project_);
    EXPECT_TRUE(states.ok()) << states.status();
    for (const GrantState& state : *states) {
      if (state.grant.id == grant_id) return state;
    }
    ADD_FAILURE() << "no grant " << grant_id;
    return {};
  }

  absl::Status Use(Span period, const std::vector<GrantUse>& uses) {
    return store().Commit({project_, period, "invoice 1", 7, uses}, kTenUs);
  }

  // Amount = used + voided + expired + left.
  void ExpectWhole(const GrantState& state) {
    EXPECT_TRUE(FromNanos(state.grant.amount_nanos).value ==
                state.used.value + state.voided.value + state.expired.value + state.left.value);
    EXPECT_TRUE(state.left.value >= 0);
  }

  Backend backend_;
  const std::string project_ = NewId();
};
TYPED_TEST_SUITE_P(CreditStoreContract);

TYPED_TEST_P(CreditStoreContract, AGrantIsKeptAsItWasGiven) {
  Grant grant = AGrant(this->project_, 12'345);
  grant.priority = 3;
  grant.scope = {.endpoint_ids = {NewId()},
                 .gpu_types = {"h100", "rtx4000"},
                 .kinds = {EntryKind::kGpuTime, EntryKind::kStorage}};
  grant.idempotency_key = "key, \"quoted\"";
  this->Give(grant);
  const GrantState state = this->Of(grant.id);
  EXPECT_TRUE(IsSameGift(state.grant, grant));
  EXPECT_EQ(state.grant.idempotency_key, grant.idempotency_key);
  EXPECT_EQ(state.grant.created_us, kTenUs);
  EXPECT_EQ(state.left, FromNanos(12'345));
  EXPECT_EQ(this->store().Grants(NewId())->size(), 0);
}

TYPED_TEST_P(CreditStoreContract, AnIdempotencyKeyGivesOnceInAProject) {
  Grant grant = AGrant(this->project_, 5);
  grant.idempotency_key = "k";
  this->Give(grant);
  Grant again = AGrant(this->project_, 9);
  again.idempotency_key = "k";
  EXPECT_EQ(this->Give(again).grant.id, grant.id);
  Grant of_other = AGrant(NewId(), 9);
  of_other.idempotency_key = "k";
  EXPECT_EQ(this->Give(of_other).grant.id, of_other.id);
  this->Give(AGrant(this->project_, 5));
  this->Give(AGrant(this->project_, 5));
  EXPECT_EQ(this->store().Grants(this->project_)->size(), 3);
}

TYPED_TEST_P(CreditStoreContract, UsesAreKeptToTheAttoDollar) {
  const Grant one = AGrant(this->project_, 10);
  const Grant two = AGrant(this->project_, 10);
  this->Give(one);
  this->Give(two);
  const std::vector<GrantUse> uses = {{one.id, {1}}, {two.id, FromNanos(10)}};
  ASSERT_TRUE(this->Use(this->kMonth, uses).ok());
  const auto commit = this->store().FindCommit(this->project_, this->kMonth);
  ASSERT_TRUE(commit.ok() && commit->has_value()) << commit.status();
  EXPECT_EQ((*commit)->uses, uses);  // Ids rise.
  EXPECT_EQ((*commit)->decision_id, 7);
  EXPECT_EQ((*commit)->reference, "invoice 1");
  EXPECT_EQ(this->Of(one.id).used, AttoUsd{1});
  EXPECT_EQ(this->Of(two.id).left, AttoUsd{0});
  this->ExpectWhole(this->Of(one.id));
}

TYPED_TEST_P(CreditStoreContract, MoreThanIsLeftIsNotUsedAndNothingElseEither) {
  const Grant one = AGrant(this->project_, 10);
  const Grant two = AGrant(this->project_, 10);
  const Grant foreign = AGrant(NewId(), 10);
  for (const Grant& grant : {one, two, foreign}) this->Give(grant);
  const AttoUsd too_much = {FromNanos(10).value + 1};
  for (const std::vector<GrantUse>& uses :
       std::vector<std::vector<GrantUse>>{{{one.id, {5}}, {two.id, too_much}},
                                          {{one.id, {5}}, {foreign.id, {5}}},
                                          {{NewId(), {5}}}}) {
    EXPECT_TRUE(absl::IsAborted(this->Use(this->kMonth, uses)));
  }
  EXPECT_EQ(this->Of(one.id).left, FromNanos(10));
  EXPECT_FALSE(this->store().FindCommit(this->project_, this->kMonth)->has_value());
}

TYPED_TEST_P(CreditStoreContract, APeriodIsCommittedOnce) {
  const Grant grant = AGrant(this->project_, 10);
  this->Give(grant);
  ASSERT_TRUE(this->Use(this->kMonth, {}).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(this->Use(this->kMonth, {{grant.id, {5}}})));
  EXPECT_EQ(this->Of(grant.id).used, AttoUsd{0});
  const auto commit = this->store().FindCommit(this->project_, this->kMonth);
  ASSERT_TRUE(commit.ok() && commit->has_value());
  EXPECT_TRUE((*commit)->uses.empty());
  EXPECT_FALSE(this->store().FindCommit(NewId(), this->kMonth)->has_value());
}

TYPED_TEST_P(CreditStoreContract, WhatIsLeftIsVoidedOnce) {
  const Grant grant = AGrant(this->project_, 10);
  this->Give(grant);
  ASSERT_TRUE(this->Use(this->kMonth, {{grant.id, FromNanos(4)}}).ok());
  for (int i = 0; i < 2; ++i) {
    const auto state = this->store().VoidGrant(grant.id, "a mistake", kTenUs);
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_EQ(state->voided, FromNanos(6));
    this->ExpectWhole(*state);
  }
  EXPECT_TRUE(absl::IsNotFound(this->store().VoidGrant(NewId(), "x", kTenUs).status()));
}

TYPED_TEST_P(CreditStoreContract, WhatEndsWithACommittedPeriodExpires) {
  Grant ends = AGrant(this->project_, 10);
  ends.valid.end_us = this->kMonth.end_us;
  const Grant goes_on = AGrant(this->project_, 10);
  this->Give(ends);
  this->Give(goes_on);
  ASSERT_TRUE(this->Use(this->kMonth, {{ends.id, FromNanos(3)}}).ok());
  EXPECT_EQ(this->Of(ends.id).expired, FromNanos(7));
  EXPECT_EQ(this->Of(goes_on.id).left, FromNanos(10));
  this->ExpectWhole(this->Of(ends.id));
}

REGISTER_TYPED_TEST_SUITE_P(CreditStoreContract, AGrantIsKeptAsItWasGiven,
                            AnIdempotencyKeyGivesOnceInAProject, UsesAreKeptToTheAttoDollar,
                            MoreThanIsLeftIsNotUsedAndNothingElseEither, APeriodIsCommittedOnce,
                            WhatIsLeftIsVoidedOnce, WhatEndsWithACommittedPeriodExpires);

}  // namespace furnace::metering
