#include "services/scheduler/app/dependencies.h"

#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

class DependenciesTest : public QueueFixture {
 protected:
  // A job of another endpoint, and so maybe another shard.
  std::string Child(const std::vector<std::string>& parents,
                    ParentFailure policy = ParentFailure::kFail, std::string graph_id = "") {
    Submission submission = ASubmission(NewId(), endpoint_.project_id);
    submission.items[0].depends_on = parents;
    submission.items[0].on_parent_failure = policy;
    submission.items[0].graph_id = std::move(graph_id);
    return Submit(std::move(submission));
  }

  UnlinkedJob Unlinked(const std::string& id, std::string graph_id = "") {
    return {.id = id,
            .project_id = endpoint_.project_id,
            .depends_on = queue_.Live(id)->depends_on,
            .graph_id = std::move(graph_id)};
  }

  void Link(const std::string& id) {
    ASSERT_TRUE(dependencies_.Link(endpoint_.project_id, {Unlinked(id)}).ok());
  }

  // As the relay does it.
  void MoveToHistory(const std::string& id) {
    const auto records = log_.ReadJobs(ShardOfJob(id), {id}).value();
    ASSERT_TRUE(history_.Save(records).ok());
    ASSERT_TRUE(log_.Forget(ShardOfJob(id), {}, {{id, records.at(0).job.version}}).ok());
  }

  void RecoverAll() {
    for (int shard = 0; shard < kTestShards; ++shard) {
      EXPECT_TRUE(dependencies_.Recover(shard).ok());
    }
  }
};

TEST_F(DependenciesTest, AChildRunsOnceItsLastParentHasEnded) {
  const std::string first = Submit();
  const std::string second = Submit();
  const std::string child = Child({first, second});
  Link(child);
  EXPECT_EQ(StatusOf(child), JobStatus::kWaiting);
  for (const ClaimedJob& job : Claim(2)) {
    EXPECT_EQ(StatusOf(child), JobStatus::kWaiting);
    Settle(job.lease, Success());
    ASSERT_TRUE(dependencies_.TellDependents(job.lease.job_id).ok());
    ASSERT_TRUE(dependencies_.TellDependents(job.lease.job_id).ok());
  }
  EXPECT_EQ(StatusOf(child), JobStatus::kInQueue);
}

TEST_F(DependenciesTest, AParentThatHasEndedIsNotWaitedFor) {
  const std::string live = Complete(Success());
  const std::string past = Complete(Success());
  MoveToHistory(past);
  const std::string child = Child({live, past});
  Link(child);
  EXPECT_EQ(StatusOf(child), JobStatus::kInQueue);
}

TEST_F(DependenciesTest, AFailureIsHandedDownByThePolicies) {
  const std::string failed = Complete(Failure(FailureCause::kHandlerError));
  const std::string fails = Child({failed});
  const std::string skips = Child({fails}, ParentFailure::kSkip);
  const std::string goes_on = Child({skips}, ParentFailure::kContinue);
  for (const std::string& id : {goes_on, skips, fails}) Link(id);
  ASSERT_TRUE(dependencies_.TellDependents(fails).ok());
  ASSERT_TRUE(dependencies_.TellDependents(skips).ok());
  EXPECT_EQ(StatusOf(fails), JobStatus::kFailed);
  EXPECT_EQ(StatusOf(skips), JobStatus::kCancelled);
  EXPECT_EQ(StatusOf(goes_on), JobStatus::kInQueue);
}

TEST_F(DependenciesTest, AJobThatHasNotEndedTellsNobody) {
  const std::string parent = Submit();
  const std::string child = Child({parent});
  Link(child);
  ASSERT_TRUE(dependencies_.TellDependents(parent).ok());
  ASSERT_TRUE(dependencies_.TellDependents(NewId()).ok());
  EXPECT_EQ(StatusOf(child), JobStatus::kWaiting);
}

TEST_F(DependenciesTest, AParentThatIsLostDoesNotComplete) {
  const std::string child = Child({NewId()});
  Link(child);
  EXPECT_EQ(StatusOf(child), JobStatus::kFailed);
}

TEST_F(DependenciesTest, AnUnknownOrForeignParentIsRefused) {
  const std::string parent = Submit();
  EXPECT_TRUE(dependencies_.CheckParents(endpoint_.project_id, {parent}).ok());
  const std::string unknown = NewId();
  const absl::Status status = dependencies_.CheckParents(endpoint_.project_id, {parent, unknown});
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_EQ(status.message(), "depends_on: no job " + unknown);
  EXPECT_TRUE(absl::IsNotFound(dependencies_.CheckParents(NewId(), {parent})));
}

TEST_F(DependenciesTest, ManyDependentsAreAllTold) {
  const std::string parent = Submit();
  std::vector<std::string> children;
  for (int i = 0; i < 250; ++i) {
    children.push_back(Child({parent}));
    Link(children.back());
  }
  Settle(Claim()[0].lease, Success());
  ASSERT_TRUE(dependencies_.TellDependents(parent).ok());
  for (const std::string& id : children) EXPECT_EQ(StatusOf(id), JobStatus::kInQueue);
}

TEST_F(DependenciesTest, WhatACrashLeftUnlinkedIsLinked) {
  const std::string parent = Submit();
  const std::string child = Child({parent});  // And its scheduler dies.
  RecoverAll();
  Settle(Claim()[0].lease, Success());
  ASSERT_TRUE(dependencies_.TellDependents(parent).ok());
  EXPECT_EQ(StatusOf(child), JobStatus::kWaiting);
  clock_.Advance(absl::Minutes(1));
  links_.set_status(absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(dependencies_.Recover(ShardOfJob(child))));
  links_.set_status(absl::OkStatus());
  RecoverAll();
  EXPECT_EQ(StatusOf(child), JobStatus::kInQueue);
}

TEST_F(DependenciesTest, AGraphThatWasNeverAcceptedIsCancelled) {
  const std::string graph = NewId();
  const std::string root = Child({}, ParentFailure::kFail, graph);
  const std::string leaf = Child({root}, ParentFailure::kContinue, graph);
  EXPECT_EQ(StatusOf(root), JobStatus::kWaiting);
  clock_.Advance(absl::Minutes(1));
  RecoverAll();
  EXPECT_EQ(StatusOf(root), JobStatus::kCancelled);
  EXPECT_EQ(StatusOf(leaf), JobStatus::kCancelled);
  EXPECT_TRUE(absl::IsUnavailable(dependencies_.Accept(endpoint_.project_id, graph, {})))
      << "it comes too late";
}

TEST_F(DependenciesTest, AGraphThatWasAcceptedIsReleasedAfterACrash) {
  const std::string graph = NewId();
  const std::string root = Child({}, ParentFailure::kFail, graph);
  const std::string leaf = Child({root}, ParentFailure::kFail, graph);
  EXPECT_TRUE(links_.DecideGraph(graph, true).value());  // And its scheduler dies.
  clock_.Advance(absl::Minutes(1));
  RecoverAll();
  EXPECT_EQ(StatusOf(root), JobStatus::kInQueue);
  EXPECT_EQ(StatusOf(leaf), JobStatus::kWaiting);
  dependencies_.Drop(graph, {Unlinked(root, graph)});
  EXPECT_EQ(StatusOf(root), JobStatus::kInQueue) << "what is accepted stays";
}

}  // namespace
}  // namespace furnace::scheduler
