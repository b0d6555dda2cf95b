// What every JobQueue with its JobLinks must do about jobs that depend on others.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/contract/scheduler/job_queue_fixture.h"

namespace furnace::scheduler {

template <typename Backend>
class DependencyContract : public JobQueueContract<Backend> {
 protected:
  using Parents = std::vector<std::string>;

  /// Queues a job that waits for `parents`, of this shard or another.
  std::string Child(const Parents& parents, ParentFailure policy = ParentFailure::kFail,
                    const std::function<void(Submission::Item&)>& change = {}) {
    Submission submission = this->Jobs();
    submission.items[0].depends_on = parents;
    submission.items[0].on_parent_failure = policy;
    if (change) change(submission.items[0]);
    std::string id = submission.items[0].id;
    this->Submit(std::move(submission));
    return id;
  }

  std::vector<std::optional<JobStatus>> Link(const std::string& parent, const std::string& child,
                                             const std::string& project_id) {
    return this->links()
        .Link(ShardOfJob(parent), project_id, {{.parent_id = parent, .child_id = child}})
        .value();
  }

  void EndParents(const std::string& child, std::vector<EndedParent> ended, bool linked = false) {
    ASSERT_TRUE(this->links()
                    .EndParents(ShardOfJob(child),
                                {{.child_id = child, .linked = linked, .ended = std::move(ended)}})
                    .ok());
  }

  void EndParent(const std::string& child, const std::string& parent,
                 JobStatus how = JobStatus::kCompleted) {
    EndParents(child, {{.id = parent, .status = how}});
  }

  std::vector<UnlinkedJob> Unlinked(absl::Duration age = absl::ZeroDuration()) {
    return this->links().ReadUnlinked(this->shard(), age, 100).value();
  }

  Parents UnlinkedIds() {
    Parents ids;
    for (const UnlinkedJob& job : Unlinked()) ids.push_back(job.id);
    return ids;
  }

  const std::string parent_ = NewId();  // Of nobody: the queue only compares it.
};
TYPED_TEST_SUITE_P(DependencyContract);

TYPED_TEST_P(DependencyContract, AJobWaitsUntilItsLastParentHasEnded) {
  const std::string other = NewId();
  const std::string id = this->Child({this->parent_, other});
  const Job waiting = this->Get(id);
  EXPECT_EQ(waiting.status, JobStatus::kWaiting);
  EXPECT_EQ(waiting.depends_on, (std::vector{this->parent_, other}));
  EXPECT_TRUE(this->Claim(1).empty());
  EXPECT_EQ(this->Survey().queued, 0);
  this->EndParent(id, other);
  this->EndParent(id, other);
  this->EndParent(id, NewId());
  EXPECT_EQ(this->Get(id).version, 1);
  this->EndParent(id, this->parent_);
  EXPECT_EQ(this->Get(id).status, JobStatus::kInQueue);
  EXPECT_EQ(this->Get(id).version, 2);
  EXPECT_EQ(this->EventsOf(id).size(), 2U);
  EXPECT_EQ(this->Survey().queued, 1);
  EXPECT_EQ(this->Claim(1).at(0).lease.job_id, id);
  this->EndParent(id, this->parent_, JobStatus::kFailed);
  EXPECT_EQ(this->Get(id).status, JobStatus::kInProgress);
}

TYPED_TEST_P(DependencyContract, AParentThatDoesNotCompleteEndsAJobByItsPolicy) {
  struct Case {
    ParentFailure policy;
    JobStatus how;
    JobStatus status;
    std::string error;
  };
  const std::string parent = "parent " + this->parent_;
  const Case cases[] = {
      {ParentFailure::kFail, JobStatus::kFailed, JobStatus::kFailed, parent + " is FAILED"},
      {ParentFailure::kFail, JobStatus::kTimedOut, JobStatus::kFailed, parent + " is TIMED_OUT"},
      {ParentFailure::kFail, JobStatus::kCancelled, JobStatus::kFailed, parent + " is CANCELLED"},
      {ParentFailure::kSkip, JobStatus::kFailed, JobStatus::kCancelled,
       "skipped: " + parent + " is FAILED"},
      {ParentFailure::kContinue, JobStatus::kFailed, JobStatus::kInQueue, ""},
      {ParentFailure::kFail, JobStatus::kCompleted, JobStatus::kInQueue, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.error);
    const std::string id = this->Child({this->parent_}, c.policy);
    this->EndParent(id, this->parent_, c.how);
    const Job job = this->Get(id);
    EXPECT_EQ(job.status, c.status);
    EXPECT_EQ(job.error, c.error);
    EXPECT_EQ(job.version, 2);
    EXPECT_EQ(job.completed_at.has_value(), IsFinal(c.status));
    EXPECT_EQ(job.on_parent_failure, c.policy);
  }
  EXPECT_EQ(this->Survey().queued, 2);
}

TYPED_TEST_P(DependencyContract, AJobForLaterIsDelayedOnceItsParentsHaveEnded) {
  const absl::Time later = absl::FromUnixMicros(4'000'000'000'000'000);
  const std::string id = this->Child({this->parent_}, ParentFailure::kFail,
                                     [&](Submission::Item& item) { item.not_before = later; });
  EXPECT_EQ(this->Get(id).status, JobStatus::kWaiting);
  EXPECT_EQ(this->Get(id).not_before, later);
  this->EndParent(id, this->parent_);
  EXPECT_EQ(this->Get(id).status, JobStatus::kDelayed);
  EXPECT_EQ(this->Get(id).not_before, later);
}

TYPED_TEST_P(DependencyContract, AWaitingJobTimesOut) {
  const std::string id =
      this->Child({this->parent_}, ParentFailure::kFail,
                  [](Submission::Item& item) { item.ttl = absl::Microseconds(1); });
  this->PassTime();
  EXPECT_EQ(this->log().Sweep(this->shard(), 1000).value().expired, std::vector{id});
  EXPECT_EQ(this->Get(id).status, JobStatus::kTimedOut);
  this->EndParent(id, this->parent_);
  EXPECT_EQ(this->Get(id).status, JobStatus::kTimedOut);
}

TYPED_TEST_P(DependencyContract, AWaitingJobIsCancelledPurgedAndCounted) {
  const std::string cancelled = this->Child({this->parent_});
  const std::string purged = this->Child({this->parent_});
  Submission full = this->Jobs();
  full.max_queued = 2;
  EXPECT_TRUE(absl::IsResourceExhausted(this->TrySubmit(full).status()));
  EXPECT_EQ(this->Cancel(cancelled, this->project_)->status_before, JobStatus::kWaiting);
  EXPECT_EQ(this->Purge(), 1);
  EXPECT_EQ(this->Get(cancelled).status, JobStatus::kCancelled);
  EXPECT_EQ(this->Get(purged).status, JobStatus::kCancelled);
  this->EndParent(purged, this->parent_);
  EXPECT_EQ(this->Get(purged).status, JobStatus::kCancelled);
  full.max_queued = 1;
  EXPECT_TRUE(this->TrySubmit(full).ok());
}

TYPED_TEST_P(DependencyContract, AWaitingJobTellsWhatItWaitsFor) {
  const std::string id = this->Child({this->parent_});
  EXPECT_EQ(this->Locate(id)->parents, std::vector{this->parent_});
  EXPECT_EQ(this->Locate(id)->position, 0);
  this->EndParent(id, this->parent_);
  EXPECT_TRUE(this->Locate(id)->parents.empty());
  EXPECT_EQ(this->Locate(id)->position, 1);
}

TYPED_TEST_P(DependencyContract, AReleasedJobWaitsForItsConcurrencyKey) {
  const auto keyed = [](Submission::Item& item) { item.concurrency_key = "k"; };
  const std::string first = this->Child({this->parent_}, ParentFailure::kFail, keyed);
  const std::string second = this->Child({this->parent_}, ParentFailure::kFail, keyed);
  this->EndParent(first, this->parent_);
  const LeaseId running = this->Claim(9).at(0).lease;
  this->EndParent(second, this->parent_);
  EXPECT_TRUE(this->Claim(9).empty());
  this->Settle(running, this->Success());
  EXPECT_EQ(this->IdsOf(this->Claim(9)), std::vector{second});
}

TYPED_TEST_P(DependencyContract, AJobKnowsWhoWaitsForItUntilItHasEnded) {
  using Statuses = std::vector<std::optional<JobStatus>>;
  const std::string parent = this->SubmitOne();
  const std::string child = NewId();
  EXPECT_EQ(this->Link(parent, "", this->project_), Statuses{JobStatus::kInQueue});
  EXPECT_FALSE(this->Find(parent)->has_dependents);
  EXPECT_EQ(this->Link(parent, child, NewId()), Statuses{std::nullopt}) << "another project's";
  EXPECT_EQ(this->Link(NewJobId(this->endpoint_), child, this->project_), Statuses{std::nullopt});
  EXPECT_EQ(this->Link(parent, child, this->project_), Statuses{JobStatus::kInQueue});
  EXPECT_TRUE(this->Find(parent)->has_dependents);
  EXPECT_FALSE(this->links().ReadDependents(parent, 10).value().has_value());
  this->Settle(this->Claim(1).at(0).lease, this->Failure(FailureCause::kHandlerError));
  EXPECT_EQ(this->Link(parent, NewId(), this->project_), Statuses{JobStatus::kFailed});
  const auto dependents = this->links().ReadDependents(parent, 10).value();
  EXPECT_EQ(dependents->status, JobStatus::kFailed);
  EXPECT_EQ(dependents->child_ids, std::vector{child});
  ASSERT_TRUE(this->links().DropDependents(parent, {child}).ok());
  EXPECT_TRUE(this->links().ReadDependents(parent, 10).value()->child_ids.empty());
}

TYPED_TEST_P(DependencyContract, ReadsOfDependentsAreBounded) {
  const std::string parent = this->SubmitOne();
  for (int i = 0; i < 5; ++i) this->Link(parent, NewId(), this->project_);
  this->Cancel(parent, this->project_);
  EXPECT_EQ(this->links().ReadDependents(parent, 3).value()->child_ids.size(), 3U);
}

TYPED_TEST_P(DependencyContract, AJobThatIsNotLinkedIsFound) {
  const std::string graph = NewId();
  const std::string id = this->Child({this->parent_}, ParentFailure::kSkip,
                                     [&](Submission::Item& item) { item.graph_id = graph; });
  const std::string linked = this->Child({this->parent_});
  this->EndParents(linked, {}, /*linked=*/true);
  const std::string ended = this->Child({this->parent_});
  this->Cancel(ended, this->project_);
  EXPECT_TRUE(this->Unlinked(absl::Hours(1)).empty());
  const std::vector<UnlinkedJob> unlinked = this->Unlinked();
  ASSERT_EQ(unlinked.size(), 1U);
  EXPECT_EQ(unlinked[0].id, id);
  EXPECT_EQ(unlinked[0].project_id, this->project_);
  EXPECT_EQ(unlinked[0].depends_on, std::vector{this->parent_});
  EXPECT_EQ(unlinked[0].graph_id, graph);
  this->EndParents(id, {{.id = graph}}, /*linked=*/true);
  EXPECT_TRUE(this->UnlinkedIds().empty());
  EXPECT_EQ(this->Get(id).status, JobStatus::kWaiting);
  this->EndParent(id, this->parent_);
  EXPECT_EQ(this->Get(id).status, JobStatus::kInQueue);
}

TYPED_TEST_P(DependencyContract, AJobOfAGraphWaitsForItEvenWithoutParents) {
  const std::string graph = NewId();
  const std::string id =
      this->Child({}, ParentFailure::kFail, [&](Submission::Item& item) { item.graph_id = graph; });
  EXPECT_EQ(this->Get(id).status, JobStatus::kWaiting);
  this->EndParents(id, {{.id = graph}}, /*linked=*/true);
  EXPECT_EQ(this->Get(id).status, JobStatus::kInQueue);
}

TYPED_TEST_P(DependencyContract, AGraphIsDecidedOnOnce) {
  const std::string accepted = NewId();
  const std::string dropped = NewId();
  EXPECT_TRUE(this->links().DecideGraph(accepted, true).value());
  EXPECT_TRUE(this->links().DecideGraph(accepted, false).value());
  ASSERT_TRUE(this->links().ForgetGraph(accepted).ok());
  EXPECT_TRUE(this->links().DecideGraph(accepted, false).value()) << "somebody may still ask";
  EXPECT_FALSE(this->links().DecideGraph(dropped, false).value());
  EXPECT_FALSE(this->links().DecideGraph(dropped, true).value());
}

TYPED_TEST_P(DependencyContract, AClaimTellsWhoseInputRefersToOutputs) {
  const std::string plain = this->Child({this->parent_});
  const std::string refers =
      this->Child({this->parent_}, ParentFailure::kFail,
                  [](Submission::Item& item) { item.refers_to_outputs = true; });
  this->EndParent(plain, this->parent_);
  this->EndParent(refers, this->parent_);
  for (const ClaimedJob& job : this->Claim(2)) {
    EXPECT_EQ(job.outputs_of, job.lease.job_id == refers ? this->project_ : "");
    EXPECT_EQ(job.input, "1");
  }
}

TYPED_TEST_P(DependencyContract, ARedrivenJobDoesNotWaitAgain) {
  const std::string id = this->Child({this->parent_});
  this->EndParent(id, this->parent_, JobStatus::kFailed);
  const JobRecord dead = *this->Find(id, {.input = true});
  ASSERT_TRUE(this->log().Forget(this->shard(), {}, {{id, dead.job.version}}).ok());
  EXPECT_TRUE(this->RedriveOne(dead));
  EXPECT_EQ(this->Get(id).status, JobStatus::kInQueue);
  EXPECT_EQ(this->Get(id).depends_on, std::vector{this->parent_});
  EXPECT_EQ(this->Claim(1).at(0).lease.job_id, id);
}

REGISTER_TYPED_TEST_SUITE_P(DependencyContract, AJobWaitsUntilItsLastParentHasEnded,
                            AParentThatDoesNotCompleteEndsAJobByItsPolicy,
                            AJobForLaterIsDelayedOnceItsParentsHaveEnded, AWaitingJobTimesOut,
                            AWaitingJobIsCancelledPurgedAndCounted, AWaitingJobTellsWhatItWaitsFor,
                            AReleasedJobWaitsForItsConcurrencyKey,
                            AJobKnowsWhoWaitsForItUntilItHasEnded, ReadsOfDependentsAreBounded,
                            AJobThatIsNotLinkedIsFound, AJobOfAGraphWaitsForItEvenWithoutParents,
                            AGraphIsDecidedOnOnce, AClaimTellsWhoseInputRefersToOutputs,
                            ARedrivenJobDoesNotWaitAgain);

}  // namespace furnace::scheduler
