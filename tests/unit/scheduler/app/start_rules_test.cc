// What keeps jobs from being started, in those who start them and those who say why not.
#include "services/scheduler/app/start_rules.h"

#include <set>
#include <string>

#include "services/scheduler/app/explainer.h"
#include "services/scheduler/app/fleet.h"
#include "services/scheduler/domain/attribution.h"
#include "tests/support/scheduler/dispatcher_fixture.h"
#include "tests/support/scheduler/settable_rules.h"

namespace furnace::scheduler {
namespace {

class StartRulesTest : public DispatcherFixture {
 protected:
  StartRulesTest() { leader_.Renew(); }

  /// How many jobs a worker with room for one is given.
  std::size_t Given(const std::string& worker_id = "w-1") {
    auto link = std::make_shared<RecordingWorkerLink>();
    ruled_.Join({.worker = AWorker(worker_id),
                 .endpoint_id = endpoint_.id,
                 .endpoint_revision = 1,
                 .leases = {},
                 .credits = 1},
                link);
    return link->received().jobs.size();
  }

  SettableRules rules_;
  Dispatcher ruled_{queue_,     catalog_,  payloads_, reader_, reports_,
                    lifetimes_, blocking_, clock_,    kLease,  &rules_};
  ShardLeader leader_{log_, "a", kTestShards};
  FakeDriver driver_{clock_};
  Fleet fleet_{driver_, ruled_, catalog_, log_, leader_, clock_, kTestShards, {}, &rules_};
  FakePriceSource price_source_;
  PriceBook prices_{price_source_};
  RecordingForecastMeter meter_;
  ForecastBook forecasts_{meter_};
  Explainer explainer_{queue_, catalog_, prices_, forecasts_, clock_, &rules_};
};

TEST_F(StartRulesTest, NoJobIsClaimedWhileNoneMayBeStarted) {
  Publish(endpoint_);
  Submit();
  rules_.rates = std::nullopt;
  EXPECT_EQ(Given(), 0U);
  rules_.rates = std::vector<BudgetRate>();
  EXPECT_EQ(Given(), 1U);
}

TEST_F(StartRulesTest, AClaimSaysWhatAttemptsCostOfTheBudgets) {
  Publish(endpoint_);
  rules_.rates = {{{.budget_id = "b", .fixed = 7}}};
  Submit();
  EXPECT_EQ(Given(), 0U) << "the budget has no account";
  EXPECT_EQ(queue_.last_claim().budgets, *rules_.rates);
}

TEST_F(StartRulesTest, AnUnknownEndpointWaitsWhenItMayHaveBudgets) {
  Submit();
  rules_.covers_unknown = true;
  EXPECT_EQ(Given(), 0U);
  rules_.covers_unknown = false;
  EXPECT_EQ(Given(), 1U);
}

TEST_F(StartRulesTest, NoWorkerIsStartedForJobsThatMayNotStart) {
  Publish(endpoint_);
  Submit();
  rules_.block = StartBlock{.constraint = WaitConstraint::kBudget, .detail = "spent"};
  fleet_.Scale();
  fleet_.Scale();
  EXPECT_EQ(driver_.starts(), 0);
  rules_.block = std::nullopt;
  fleet_.Scale();
  EXPECT_EQ(driver_.starts(), 1);
}

TEST_F(StartRulesTest, NoWorkerIsStartedForJobsThatWaitForABudgetOfTheirKey) {
  Publish(endpoint_);
  const std::string key = NewId();
  Submission submission = ASubmission(endpoint_.id, endpoint_.project_id);
  submission.items[0].affinity = AffinityClass({.gpu_types = {"rtx4000"}, .spent_key = key});
  Submit(std::move(submission));
  rules_.spent_keys = {key};
  fleet_.Scale();
  EXPECT_EQ(driver_.starts(), 0);
  Submit();
  fleet_.Scale();
  EXPECT_EQ(driver_.starts(), 1) << "for the other";
  rules_.spent_keys.clear();
  Submit();
  clock_.Advance(absl::Seconds(9));
  fleet_.Scale();
  EXPECT_GT(driver_.starts(), 1);
}

TEST_F(StartRulesTest, AlwaysOnWorkersAreNotKeptForASpentBudget) {
  Endpoint standing = endpoint_;
  standing.scale.min_workers = 1;
  Publish(standing);
  rules_.block = StartBlock{.constraint = WaitConstraint::kBudget, .ends_standing = true};
  fleet_.Scale();
  EXPECT_EQ(driver_.starts(), 0);
  rules_.block->ends_standing = false;
  fleet_.Scale();
  EXPECT_EQ(driver_.starts(), 1) << "it only has to wait for its account";
}

TEST_F(StartRulesTest, NoMoreWorkersAreStartedThanTheQuotaOfGpusHasRoomFor) {
  Endpoint wide = endpoint_;
  wide.gpu_count = 2;
  wide.scale.value = 1;
  Publish(wide);
  for (int i = 0; i < 9; ++i) Submit();
  rules_.most_gpus = 5;
  for (int i = 0; i < 20; ++i) {
    clock_.Advance(absl::Seconds(2));
    fleet_.Scale();
  }
  EXPECT_EQ(driver_.starts(), 2);
  rules_.most_gpus = std::nullopt;
  clock_.Advance(absl::Seconds(9));
  fleet_.Scale();
  EXPECT_GT(driver_.starts(), 2);
}

TEST_F(StartRulesTest, AJobThatWaitsForAPartOfTheQuotaOfGpusIsNoted) {
  Endpoint one = endpoint_;
  one.scale.max_workers = 1;
  Publish(one);
  rules_.most_gpus = 4;
  rules_.block = StartBlock{.constraint = WaitConstraint::kQuota};
  fleet_.Scale();
  EXPECT_TRUE(rules_.waiting.empty()) << "nothing waits";
  Submit();
  fleet_.Scale();
  EXPECT_EQ(rules_.waiting, std::set<std::string>{endpoint_.id});
  EXPECT_EQ(driver_.starts(), 0);
  rules_.block = std::nullopt;
  fleet_.Scale();
  EXPECT_EQ(driver_.starts(), 1);
  rules_.waiting.clear();
  fleet_.Scale();
  EXPECT_EQ(rules_.waiting.size(), 1U) << "until its worker is there";
  Submit();
  EXPECT_EQ(Given("w-1"), 1U);
  rules_.waiting.clear();
  fleet_.Scale();
  EXPECT_TRUE(rules_.waiting.empty()) << "it may have no other worker";
  rules_.most_gpus = std::nullopt;
  fleet_.Scale();
  EXPECT_TRUE(rules_.waiting.empty());
}

TEST_F(StartRulesTest, AJobThatMayNotStartSaysWhy) {
  Publish(endpoint_);
  const std::string id = Submit();
  rules_.block = StartBlock{.constraint = WaitConstraint::kBudget, .detail = "spent"};
  const auto reason = explainer_.Explain(*queue_.Live(id)).value();
  ASSERT_TRUE(reason.has_value());
  EXPECT_EQ(reason->constraint, WaitConstraint::kBudget);
  EXPECT_EQ(reason->detail, "spent");
  EXPECT_EQ(reason->position, 1);
  EXPECT_EQ(reason->forecast, std::nullopt) << "nobody can say";
}

TEST_F(StartRulesTest, AJobOfAKeyThatHasSpentItsBudgetSaysSo) {
  Publish(endpoint_);
  Job job = *queue_.Live(Submit());
  rules_.spent_keys = {NewId()};
  EXPECT_NE(explainer_.Explain(job).value()->constraint, WaitConstraint::kBudget);
  job.attribution =
      EncodeAttribution({.api_key_id = *rules_.spent_keys.begin(), .tags = {{"a", "b"}}});
  const auto reason = explainer_.Explain(job).value();
  EXPECT_EQ(reason->constraint, WaitConstraint::kBudget);
  EXPECT_EQ(reason->detail, "the key's is spent");
}

}  // namespace
}  // namespace furnace::scheduler
