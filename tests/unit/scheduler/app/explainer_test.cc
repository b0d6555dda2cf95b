#include "services/scheduler/app/explainer.h"

#include <gtest/gtest.h>

#include "tests/support/scheduler/fake_ports.h"
#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

class ExplainerTest : public QueueFixture {
 protected:
  ExplainerTest() { source_.Put(endpoint_); }

  std::optional<WaitReason> Explain(const std::string& id) {
    return explainer_.Explain(*queue_.Live(id)).value();
  }

  FakeEndpointSource source_;
  EndpointCatalog catalog_{source_};
  FakePriceSource price_source_;
  PriceBook prices_{price_source_};
  RecordingForecastMeter meter_;
  ForecastBook forecasts_{meter_};
  Explainer explainer_{queue_, catalog_, prices_, forecasts_, clock_};
};

TEST_F(ExplainerTest, SaysWhyAJobWaitsAndWhere) {
  Submit();
  const std::string second = Submit();
  EXPECT_EQ(Explain(second)->constraint, WaitConstraint::kBusy);
  EXPECT_EQ(Explain(second)->position, 2);
  ASSERT_TRUE(
      log_.SetHindrance(endpoint_.id, {.obstacle = Obstacle::kNoCapacity, .detail = "full"}).ok());
  EXPECT_EQ(Explain(second)->constraint, WaitConstraint::kNoCapacity);
  EXPECT_EQ(Explain(second)->detail, "full");
}

TEST_F(ExplainerTest, SaysWhatAJobDependsOn) {
  Submission submission = ASubmission(endpoint_.id, endpoint_.project_id);
  submission.items[0].depends_on = {"x"};
  const std::string id = Submit(submission);
  EXPECT_EQ(Explain(id)->constraint, WaitConstraint::kDependency);
  EXPECT_EQ(Explain(id)->detail, "1 of its parents have not ended: x");
}

TEST_F(ExplainerTest, SaysWhenAJobIsLikelyToStartAndWhatItIsLikelyToCost) {
  const std::string id = Submit();
  EXPECT_EQ(Explain(id)->forecast, std::nullopt) << "nothing is known";
  const absl::Time now = clock_.Now();
  ASSERT_TRUE(log_.SetCapacity(endpoint_.id, {.at = now, .workers = 1, .slots = 1}).ok());
  ASSERT_TRUE(log_.RecordRuns(0, {{endpoint_.id, {.executions = {absl::Seconds(3)}}}}).ok());
  EXPECT_EQ(Explain(id)->forecast, (Forecast{.p50 = now, .p90 = now, .cost_nanos = 0}))
      << "without a price";
  price_source_.prices = PriceList{.gpu_seconds = {{"rtx4000", 60'000}}, .invocation = 100'000};
  ASSERT_TRUE(prices_.Refresh().ok());
  EXPECT_EQ(Explain(id)->forecast->cost_nanos, 280'000);
  EXPECT_EQ(forecasts_.size(), 1U) << "it is held to its word";
}

TEST_F(ExplainerTest, TheTimeOfAJobForLaterIsNoForecastToMeasure) {
  Submission submission = ASubmission(endpoint_.id, endpoint_.project_id);
  const absl::Time later = clock_.Now() + absl::Hours(1);
  submission.items[0].not_before = later;
  EXPECT_EQ(Explain(Submit(std::move(submission)))->forecast,
            (Forecast{.p50 = later, .p90 = later}));
  EXPECT_EQ(forecasts_.size(), 0U);
}

TEST_F(ExplainerTest, AJobOutsideItsWindowWaitsForItAndHoldsUpNoOther) {
  // It is 08:00 on a Friday.
  Submission submission = ASubmission(endpoint_.id, endpoint_.project_id);
  submission.items[0].affinity = AffinityClass({.window = "22:00-06:00,Europe/Berlin,0000011"});
  const std::string weekend = Submit(std::move(submission));
  const std::string other = Submit();
  const WaitReason reason = Explain(weekend).value();
  EXPECT_EQ(reason.constraint, WaitConstraint::kWindow);
  EXPECT_EQ(reason.position, 0);
  EXPECT_EQ(reason.detail, "its window opens at 2027-01-16T22:00:00+01:00");
  EXPECT_EQ(Explain(other)->position, 1);
  clock_.Advance(absl::Hours(24 + 13));
  EXPECT_EQ(Explain(weekend)->constraint, WaitConstraint::kBusy);
  EXPECT_EQ(Explain(weekend)->position, 1);
  EXPECT_EQ(Explain(other)->position, 2);
}

TEST_F(ExplainerTest, AJobThatDoesNotWaitNeedsNoReason) {
  const std::string id = Submit();
  const Job waiting = *queue_.Live(id);
  Claim();
  EXPECT_EQ(Explain(id), std::nullopt);
  EXPECT_EQ(explainer_.Explain(waiting).value(), std::nullopt) << "it has started in between";
}

TEST_F(ExplainerTest, ErrorsOfTheQueueArePassedOn) {
  const std::string id = Submit();
  queue_.FailNext(QueueCall::kLocate, absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(explainer_.Explain(*queue_.Live(id)).status()));
}

}  // namespace
}  // namespace furnace::scheduler
