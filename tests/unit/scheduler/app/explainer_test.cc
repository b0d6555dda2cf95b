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
  Explainer explainer_{queue_, catalog_};
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
