#include "services/scheduler/app/treasury.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "tests/support/scheduler/fake_ports.h"
#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

class FakeBudgetSource final : public BudgetSource {
 public:
  absl::StatusOr<std::vector<Budget>> HardBudgets() override {
    if (!failure.ok()) return failure;
    return budgets;
  }
  std::vector<Budget> budgets;
  absl::Status failure;
};

class TreasuryTest : public QueueFixture {
 protected:
  static constexpr std::int64_t kSecond = 1'000'000;
  static constexpr absl::Duration kLease = absl::Seconds(20);

  TreasuryTest() {
    source_.Put(endpoint_);
    EXPECT_TRUE(catalog_.Refresh().ok());
    leader_.Renew();
  }

  Budget Of(const Endpoint& endpoint, std::int64_t limit) const {
    return {.id = NewId(),
            .project_id = endpoint.project_id,
            .name = "b",
            .unit = BudgetUnit::kGpuTimeUs,
            .limit = limit,
            .window_start = absl::FromUnixSeconds(1000)};
  }
  BudgetAccount AccountOf(const Budget& budget) {
    return accounts_.Read(Shard(endpoint_), false).value()[budget.id].account;
  }
  static int Shard(const Endpoint& endpoint) { return ShardOfEndpoint(endpoint.id, kTestShards); }
  // What all accounts of a budget have left together.
  std::int64_t LeftOf(const Budget& budget) {
    std::int64_t left = 0;
    for (int shard = 0; shard < kTestShards; ++shard) {
      left += accounts_.Read(shard, false).value()[budget.id].account.left;
    }
    return left;
  }
  std::vector<ClaimedJob> Claim(const std::vector<BudgetRate>& rates) {
    return Await<Claimed>([&](Done<Claimed> done) {
             queue_.Claim({.endpoint_id = endpoint_.id,
                           .workers = {{.worker = AWorker(), .jobs = 1}},
                           .lease = kLease,
                           .budgets = rates},
                          std::move(done));
           })
        .value()
        .jobs;
  }
  void Round() { ASSERT_TRUE(treasury_.Refresh().ok()); }

  FakeEndpointSource source_;
  EndpointCatalog catalog_{source_};
  FakeBudgetSource budget_source_;
  MemoryBudgetAccounts accounts_{queue_};
  ShardLeader leader_{log_, "r", kTestShards};
  Treasury treasury_{budget_source_, accounts_, catalog_, leader_, kLease};
};

TEST_F(TreasuryTest, NothingStartsBeforeTheBudgetsAreKnown) {
  EXPECT_EQ(treasury_.RatesOf(endpoint_), std::nullopt);
  EXPECT_TRUE(treasury_.MayCoverUnknown());
  Round();
  EXPECT_EQ(treasury_.RatesOf(endpoint_), std::vector<BudgetRate>());
  EXPECT_EQ(treasury_.BlockOf(endpoint_), std::nullopt);
  EXPECT_FALSE(treasury_.MayCoverUnknown());
}

TEST_F(TreasuryTest, ANewBudgetIsGivenOutAtOnce) {
  Round();
  const Budget budget = Of(endpoint_, 100 * kSecond);
  budget_source_.budgets = {budget};
  Round();
  EXPECT_EQ(AccountOf(budget).left, 100 * kSecond);
  EXPECT_EQ(treasury_.RatesOf(endpoint_)->at(0).budget_id, budget.id);
  EXPECT_EQ(treasury_.RatesOf(endpoint_)->at(0).GpuSecond("any"), kSecond);
  EXPECT_EQ(treasury_.BlockOf(endpoint_), std::nullopt);
  Endpoint other = AnEndpoint();
  EXPECT_EQ(treasury_.RatesOf(other), std::vector<BudgetRate>()) << "another project's";
}

TEST_F(TreasuryTest, WhatIsRecordedIsLeftNoMore) {
  Budget budget = Of(endpoint_, 100 * kSecond);
  budget_source_.budgets = {budget};
  Round();
  budget_source_.budgets[0].spent = 70 * kSecond;
  Round();
  EXPECT_EQ(AccountOf(budget).left, 30 * kSecond);
  budget_source_.budgets[0].spent = 100 * kSecond;
  Round();
  EXPECT_EQ(AccountOf(budget).left, 0);
  const auto block = treasury_.BlockOf(endpoint_);
  ASSERT_TRUE(block.has_value());
  EXPECT_EQ(block->constraint, WaitConstraint::kBudget);
  EXPECT_TRUE(block->ends_standing);
  EXPECT_EQ(block->detail,
            "the budget b of its project is spent, or jobs that run hold it, or too little is left "
            "to start one");
  budget_source_.budgets[0].limit = 200 * kSecond;
  Round();
  EXPECT_EQ(AccountOf(budget).left, 100 * kSecond) << "it was raised";
}

TEST_F(TreasuryTest, ABudgetOfAnApiKeyKeepsOnlyItsJobs) {
  Budget budget = Of(endpoint_, 100 * kSecond);
  budget.api_key_id = NewId();
  budget_source_.budgets = {budget};
  Round();
  EXPECT_EQ(AccountOf(budget).left, 100 * kSecond);
  ASSERT_EQ(treasury_.RatesOf(endpoint_)->size(), 1U);
  EXPECT_EQ(treasury_.RatesOf(endpoint_)->at(0).api_key_id, budget.api_key_id);
  EXPECT_EQ(treasury_.BlockOf(endpoint_, budget.api_key_id), std::nullopt);
  budget_source_.budgets[0].spent = 100 * kSecond;
  Round();
  EXPECT_EQ(treasury_.BlockOf(endpoint_), std::nullopt);
  EXPECT_EQ(treasury_.BlockOf(endpoint_, NewId()), std::nullopt);
  const auto block = treasury_.BlockOf(endpoint_, budget.api_key_id);
  ASSERT_TRUE(block.has_value());
  EXPECT_FALSE(block->ends_standing) << "always-on workers are there for others, too";
  EXPECT_EQ(block->detail,
            "the budget b of its API key is spent, or jobs that run hold it, or too little is left "
            "to start one");
}

TEST_F(TreasuryTest, WhileAKeysBudgetHasNoPricesOnlyItsJobsWait) {
  Budget budget = Of(endpoint_, 100 * kSecond);
  budget.unit = BudgetUnit::kNanoUsd;
  budget.api_key_id = NewId();
  budget_source_.budgets = {budget};
  Round();
  const auto rates = treasury_.RatesOf(endpoint_);
  ASSERT_TRUE(rates.has_value());
  EXPECT_GT(rates->at(0).fixed, 9'000'000'000'000'000) << "more than any budget has";
  EXPECT_EQ(treasury_.BlockOf(endpoint_), std::nullopt);
  const auto block = treasury_.BlockOf(endpoint_, budget.api_key_id);
  ASSERT_TRUE(block.has_value());
  EXPECT_EQ(block->detail, "what the budget b of its API key has left for it is not known now");
}

TEST_F(TreasuryTest, SharesNeverComeToMoreThanTheLimit) {
  Endpoint second = AnEndpoint();
  while (Shard(second) == Shard(endpoint_)) second.id = NewId();
  second.project_id = endpoint_.project_id;
  source_.Put(second);
  ASSERT_TRUE(catalog_.Refresh().ok());
  const Budget budget = Of(endpoint_, 100 * kSecond);
  budget_source_.budgets = {budget};
  Round();
  EXPECT_EQ(LeftOf(budget), 100 * kSecond);
  Submit();
  Submit();
  ASSERT_EQ(Claim(*treasury_.RatesOf(endpoint_)).size(), 1U);
  // What one takes back is given to the other a round later, at most.
  for (int round = 0; round < 3; ++round) {
    Round();
    EXPECT_LE(LeftOf(budget), 80 * kSecond);
  }
  EXPECT_GE(LeftOf(budget), 80 * kSecond - 2);
  EXPECT_GT(AccountOf(budget).left, 70 * kSecond) << "its jobs run";
}

TEST_F(TreasuryTest, WhatIsTooLittleInPartsIsPutTogether) {
  Endpoint second = AnEndpoint();
  while (Shard(second) == Shard(endpoint_)) second.id = NewId();
  second.project_id = endpoint_.project_id;
  source_.Put(second);
  ASSERT_TRUE(catalog_.Refresh().ok());
  const Budget budget = Of(endpoint_, 30 * kSecond);
  budget_source_.budgets = {budget};
  Round();
  Submit();
  EXPECT_EQ(treasury_.BlockOf(endpoint_), std::nullopt) << "together it is enough";
  EXPECT_TRUE(Claim(*treasury_.RatesOf(endpoint_)).empty());
  for (int round = 0; round < 3; ++round) Round();
  EXPECT_EQ(Claim(*treasury_.RatesOf(endpoint_)).size(), 1U);
  for (int round = 0; round < 3; ++round) Round();
  EXPECT_LE(LeftOf(budget), 10 * kSecond);
  EXPECT_TRUE(treasury_.BlockOf(endpoint_).has_value()) << "for another lease it is not";
}

TEST_F(TreasuryTest, WhileMeteringIsAwayAccountsStay) {
  const Budget budget = Of(endpoint_, 100 * kSecond);
  budget_source_.budgets = {budget};
  Round();
  budget_source_.failure = absl::UnavailableError("away");
  EXPECT_FALSE(treasury_.Refresh().ok());
  EXPECT_EQ(AccountOf(budget).left, 100 * kSecond);
  Treasury restarted(budget_source_, accounts_, catalog_, leader_, kLease);
  EXPECT_FALSE(restarted.Refresh().ok());
  ASSERT_TRUE(restarted.RatesOf(endpoint_).has_value());
  EXPECT_EQ(restarted.RatesOf(endpoint_)->size(), 1U) << "the accounts tell of it";
}

TEST_F(TreasuryTest, ADeletedBudgetIsDropped) {
  budget_source_.budgets = {Of(endpoint_, 100 * kSecond)};
  Round();
  budget_source_.budgets.clear();
  Round();
  EXPECT_TRUE(accounts_.Read(Shard(endpoint_), false)->empty());
  EXPECT_EQ(treasury_.RatesOf(endpoint_), std::vector<BudgetRate>());
}

TEST_F(TreasuryTest, ADeletedBudgetThatLeasesHoldIsDroppedAfterThem) {
  const Budget budget = Of(endpoint_, 100 * kSecond);
  budget_source_.budgets = {budget};
  Round();
  Submit();
  const std::vector<ClaimedJob> jobs = Claim(*treasury_.RatesOf(endpoint_));
  ASSERT_EQ(jobs.size(), 1U);
  budget_source_.budgets.clear();
  Round();
  Round();
  EXPECT_EQ(AccountOf(budget).held, 20 * kSecond);
  EXPECT_EQ(treasury_.RatesOf(endpoint_), std::vector<BudgetRate>());
  budget_source_.budgets = {budget};
  Round();
  EXPECT_EQ(LeftOf(budget), 80 * kSecond) << "it came back, and the lease still holds its part";
}

TEST_F(TreasuryTest, MoneyNeedsWhatTheProjectPays) {
  Budget budget = Of(endpoint_, 100 * kSecond);
  budget.unit = BudgetUnit::kNanoUsd;
  budget_source_.budgets = {budget};
  Round();
  EXPECT_EQ(treasury_.RatesOf(endpoint_), std::nullopt);
  budget_source_.budgets[0].rates = std::make_shared<const RateCard>(
      RateCard{.gpu_second = {{"rtx4000", 60'000}}, .invocation = 100'000});
  Round();
  EXPECT_EQ(treasury_.RatesOf(endpoint_),
            (std::vector<BudgetRate>{
                {.budget_id = budget.id, .fixed = 100'000, .gpu_second = {{"rtx4000", 60'000}}}}));
}

TEST_F(TreasuryTest, WhoDoesNotLeadGivesNothing) {
  ShardLeader other(log_, "other", kTestShards);
  other.Renew();
  const Budget budget = Of(endpoint_, 100 * kSecond);
  budget_source_.budgets = {budget};
  Treasury follower(budget_source_, accounts_, catalog_, other, kLease);
  ASSERT_TRUE(follower.Refresh().ok());
  ASSERT_TRUE(follower.BlockOf(endpoint_).has_value());
  EXPECT_FALSE(follower.BlockOf(endpoint_)->ends_standing);
  Round();
  ASSERT_TRUE(follower.Refresh().ok());
  EXPECT_EQ(follower.BlockOf(endpoint_), std::nullopt);
}

}  // namespace
}  // namespace furnace::scheduler
