#include "services/metering/app/subsidy_adjuster.h"

#include <gtest/gtest.h>

#include <limits>

#include "services/metering/app/subsidy_json.h"
#include "tests/support/metering_memory_credits.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr Span kMonth = {kTenUs - 10 * kHourUs, kTenUs + 31 * kDayUs - 10 * kHourUs};
constexpr char kHalf[] = R"({"awards":[{"policy":"agent","percent_bp":5000}]})";

class SubsidyAdjusterTest : public testing::Test {
 protected:
  SubsidyAdjusterTest() {
    Policy policy{.conditions = {*ParseCondition("reputation >= 50")}};
    policy.award.policy = "research";
    EXPECT_TRUE(store_.AddPolicy(policy, 0).ok());
    charges_ = {GpuTimeCharge(NewId(), "a", 10, 100)};
  }

  void Know(std::int64_t from_us, std::int64_t reputation) {
    EXPECT_TRUE(store_
                    .AddAttributes({.project_id = project_,
                                    .attributes = {{"reputation", reputation}},
                                    .effective_from_us = from_us})
                    .ok());
  }

  // Nano-dollars that are paid, as seen at a time.
  std::int64_t PaidAt(std::int64_t now_us, PolicyAgent* agent = nullptr) {
    const FixedClock clock(now_us);
    SubsidyAdjuster adjuster(store_, commits_, agent, clock);
    const auto subsidies =
        adjuster.Adjust({.project_id = project_, .period = kMonth, .charges = charges_});
    EXPECT_TRUE(subsidies.ok()) << subsidies.status();
    std::int64_t paid = 0;
    for (const Adjustment& one : *subsidies) paid -= *ToNanos(one.amount);
    return paid;
  }

  // Newest first.
  std::vector<SubsidyDecision> Decisions() {
    return *store_.ListDecisions(project_, std::numeric_limits<std::int64_t>::max(), 100);
  }

  MemorySubsidyStore store_;
  MemoryCreditStore commits_;
  ScriptedAgent agent_;
  const std::string project_ = NewId();
  std::vector<Charge> charges_;
};

TEST_F(SubsidyAdjusterTest, WhatIsKnownAtTheEndOfThePeriodCounts) {
  EXPECT_EQ(PaidAt(kTenUs), 0);
  Know(kMonth.end_us, 99);
  EXPECT_EQ(PaidAt(kTenUs), 0);
  Know(kMonth.end_us - 1, 50);
  EXPECT_EQ(PaidAt(kTenUs), 1'000);
  Know(kMonth.start_us, 10);
  EXPECT_EQ(PaidAt(kTenUs), 1'000);
}

TEST_F(SubsidyAdjusterTest, TheSameQuestionIsDecidedOnce) {
  Know(kMonth.start_us, 60);
  EXPECT_EQ(PaidAt(kTenUs), 1'000);
  EXPECT_EQ(PaidAt(kMonth.end_us + 1), 1'000);
  charges_.push_back(GpuTimeCharge(NewId(), "a", 10, 1));
  EXPECT_EQ(PaidAt(kMonth.end_us + 2), 1'010);
  ASSERT_EQ(Decisions().size(), 1);
  const SubsidyDecision decision = Decisions().front();
  EXPECT_EQ(decision.decider, Decider::kLocal);
  EXPECT_EQ(decision.decided_us, kTenUs);
  EXPECT_EQ(ParseAwards(decision.result)->front().policy, "research");
  EXPECT_NE(decision.input.find(R"("reputation":60)"), std::string::npos);
}

TEST_F(SubsidyAdjusterTest, ADisabledPolicyPaysNothing) {
  Know(kMonth.start_us, 60);
  Policy off{.disabled = true, .effective_from_us = kMonth.start_us};
  off.award.policy = "research";
  ASSERT_TRUE(store_.AddPolicy(off, 0).ok());
  EXPECT_EQ(PaidAt(kTenUs), 0);
}

TEST_F(SubsidyAdjusterTest, WhatIsCommittedStandsWhateverIsSaidLater) {
  Know(kMonth.start_us, 60);
  EXPECT_EQ(PaidAt(kTenUs), 1'000);
  const std::int64_t decision = Decisions().front().id;
  ASSERT_TRUE(commits_.Commit({project_, kMonth, "invoice", decision, {}}, 0).ok());
  Know(kMonth.start_us, 0);
  EXPECT_EQ(PaidAt(kMonth.end_us), 1'000);
  EXPECT_EQ(PaidAt(kMonth.end_us, &agent_), 1'000);
  EXPECT_TRUE(agent_.asked.empty());
  EXPECT_EQ(Decisions().size(), 1);
}

TEST_F(SubsidyAdjusterTest, TheAgentDecidesWhereThereIsOne) {
  Know(kMonth.start_us, 60);
  agent_.answer = kHalf;
  EXPECT_EQ(PaidAt(kTenUs, &agent_), 500);
  ASSERT_EQ(agent_.asked.size(), 1);
  EXPECT_EQ(agent_.asked.front(), Decisions().front().input);
  EXPECT_EQ(Decisions().front().decider, Decider::kOpa);
}

TEST_F(SubsidyAdjusterTest, ItsAnswerIsProvisionalUntilThePeriodIsOver) {
  agent_.answer = kHalf;
  EXPECT_EQ(PaidAt(kTenUs, &agent_), 500);
  agent_.answer = std::string(R"({"awards":[]})");
  EXPECT_EQ(PaidAt(kTenUs, &agent_), 0);
  EXPECT_EQ(PaidAt(kTenUs, &agent_), 0);  // The same: not recorded again.
  EXPECT_EQ(Decisions().size(), 2);
  EXPECT_EQ(PaidAt(kMonth.end_us, &agent_), 0);
  agent_.answer = kHalf;
  EXPECT_EQ(PaidAt(kMonth.end_us + 1, &agent_), 0);
  EXPECT_EQ(agent_.asked.size(), 4);
  EXPECT_EQ(Decisions().size(), 3);
}

TEST_F(SubsidyAdjusterTest, WithoutAProperAnswerThePoliciesDecide) {
  Know(kMonth.start_us, 60);
  const std::vector<absl::StatusOr<std::string>> answers = {
      absl::DeadlineExceededError("slow"), absl::UnavailableError("no\nresult"),
      std::string(R"({"allow":true})"), std::string("17")};
  for (const auto& answer : answers) {
    agent_.answer = answer;
    EXPECT_EQ(PaidAt(kTenUs, &agent_), 1'000);
    EXPECT_EQ(Decisions().front().decider, Decider::kFallback);
    EXPECT_NE(Decisions().front().note, "");
    EXPECT_EQ(Decisions().front().note.find('\n'), std::string::npos);
  }
  // It is asked again as soon as it is back.
  agent_.answer = kHalf;
  EXPECT_EQ(PaidAt(kMonth.end_us, &agent_), 500);
}

}  // namespace
}  // namespace furnace::metering
