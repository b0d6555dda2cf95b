#include "services/scheduler/app/relay.h"

#include "tests/support/scheduler/relay_fixture.h"

namespace furnace::scheduler {
namespace {

using RelayTest = RelayFixture;

TEST_F(RelayTest, ACompletedJobGoesToHistoryAndIsBilledAndForgotten) {
  const std::string id = Complete(Success());
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(Past(id)->job.output, "42");
  EXPECT_EQ(Past(id)->job.version, 3);
  const AttemptEnd& attempt = usage_.recorded().at({.job_id = id, .epoch = 1});
  EXPECT_EQ(attempt.end - attempt.start, absl::Seconds(2));
  EXPECT_EQ(attempt.project_id, endpoint_.project_id);
  EXPECT_EQ(attempt.endpoint_id, endpoint_.id);
  EXPECT_EQ(queue_.Live(id), std::nullopt);
  EXPECT_TRUE(Empty());
}

TEST_F(RelayTest, BatchesAreToldOfJobsThatEndedUntilTheyHaveHeard) {
  Submission submission = ASubmission(endpoint_.id, endpoint_.project_id, 2);
  submission.batch_id = NewJobId(endpoint_.id);
  queue_.Submit(submission, [](const absl::StatusOr<SubmitResult>&) {});
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_TRUE(batches_.told().empty());
  for (const ClaimedJob& job : Claim(2)) Settle(job.lease, Success());
  batches_.set_status(absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(relay_.Run()));
  batches_.set_status(absl::OkStatus());
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(batches_.told(), (std::vector<std::string>{submission.batch_id}));
}

TEST_F(RelayTest, WebhooksAreToldOfJobsThatEndedUntilTheyHaveHeard) {
  Submission submission = ASubmission(endpoint_.id, endpoint_.project_id, 3);
  submission.items[0].webhook = submission.items[1].webhook = "1 http://a";
  queue_.Submit(submission, [](const absl::StatusOr<SubmitResult>&) {});
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_TRUE(webhooks_.told().empty());
  for (const ClaimedJob& job : Claim(3)) Settle(job.lease, Success());
  webhooks_.set_status(absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(relay_.Run()));
  EXPECT_FALSE(Empty()) << "the end must not be forgotten before it is told";
  webhooks_.set_status(absl::OkStatus());
  webhooks_.Refuse(submission.items[0].id);
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(webhooks_.told(), (std::vector<std::string>{submission.items[1].id}));
  EXPECT_TRUE(Empty());
}

TEST_F(RelayTest, AJobThatIsNotFinalIsStoredAndStays) {
  const std::string id = Submit();
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(Past(id)->job.status, JobStatus::kInQueue);
  EXPECT_EQ(StatusOf(id), JobStatus::kInQueue);
  EXPECT_TRUE(usage_.recorded().empty());
  EXPECT_TRUE(Empty());
}

TEST_F(RelayTest, TheEndOfAJobIsToldToThoseThatWaitForIt) {
  const std::string parent = Submit();
  Submission submission = ASubmission(NewId(), endpoint_.project_id);
  submission.items[0].depends_on = {parent};
  const std::string child = Submit(submission);
  ASSERT_TRUE(dependencies_
                  .Link(endpoint_.project_id, {{.id = child,
                                                .project_id = endpoint_.project_id,
                                                .depends_on = {parent},
                                                .graph_id = {}}})
                  .ok());
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(StatusOf(child), JobStatus::kWaiting);
  Settle(Claim()[0].lease, Success());
  links_.set_status(absl::UnavailableError("down"));
  EXPECT_FALSE(relay_.Run().ok());
  EXPECT_FALSE(Empty()) << "the end must not be forgotten before it is told";
  links_.set_status(absl::OkStatus());
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(StatusOf(child), JobStatus::kInQueue);
  EXPECT_EQ(queue_.Live(parent), std::nullopt);
}

TEST_F(RelayTest, AttemptsWithoutAResultAreKeptOnceAndThoseWithOneAreTheJobs) {
  const std::string id = Submit("1", /*max_retries=*/1);
  Settle(Claim()[0].lease, Failure(FailureCause::kHandlerError));
  usage_.FailNext({absl::UnavailableError("down")});
  EXPECT_FALSE(relay_.Run().ok());
  ASSERT_TRUE(relay_.Run().ok());
  Settle(Claim()[0].lease, Success());
  ASSERT_TRUE(relay_.Run().ok());
  const std::vector<Attempt> stored = attempts_.Of(id).value();
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored[0].number, 1);
  EXPECT_EQ(stored[0].cause, FailureCause::kHandlerError);
  EXPECT_EQ(stored[0].error, "broken");
}

TEST_F(RelayTest, NothingIsForgottenBeforeTheHistoryOfAttemptsHasIt) {
  Complete(Failure(FailureCause::kHandlerError));
  attempts_.set_status(absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(relay_.Run()));
  EXPECT_FALSE(Empty());
  attempts_.set_status(absl::OkStatus());
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_TRUE(Empty());
}

TEST_F(RelayTest, AFinalJobIsKeptForItsEndpointsRetention) {
  Endpoint changed = endpoint_;
  changed.result_retention = absl::Seconds(90);
  source_.Put(changed);
  ASSERT_TRUE(catalog_.Refresh().ok());
  const std::string id = Complete(Success());
  const std::string waiting = Submit();
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(Past(id)->kept_until, *Past(id)->job.completed_at + absl::Seconds(90));
  EXPECT_EQ(Past(waiting)->kept_until, std::nullopt);
}

TEST_F(RelayTest, AnUnknownRetentionIsTheDefaultAndHoldsNothingUp) {
  source_.set_status(absl::UnavailableError("down"));
  const std::string id = Complete(Success());
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_TRUE(Empty());
  EXPECT_EQ(Past(id)->kept_until, *Past(id)->job.completed_at + Endpoint().result_retention);
}

TEST_F(RelayTest, AJobIsWrittenOnceForAllItsTransitions) {
  Complete(Success());
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(history_.saves(), std::vector<std::size_t>{1});
}

TEST_F(RelayTest, WhatAttemptsTookIsNoted) {
  Complete(Success());
  Complete(Failure(FailureCause::kHandlerError));
  Complete(Failure(FailureCause::kWorkerLost));
  const std::string cancelled = Submit();
  Claim(2);
  ASSERT_TRUE(Await<std::optional<CancelledJob>>([&](Done<std::optional<CancelledJob>> done) {
                queue_.Cancel(cancelled, endpoint_.project_id, std::move(done));
              }).ok());
  ASSERT_TRUE(relay_.Run().ok());
  const std::string id = Submit();
  const auto place = Await<std::optional<QueuePlace>>(
      [&](Done<std::optional<QueuePlace>> done) { queue_.Locate(id, std::move(done)); });
  EXPECT_EQ((*place)->runs.executions,
            (std::vector<absl::Duration>{absl::Seconds(2), absl::Seconds(2)}));
}

TEST_F(RelayTest, ForecastsAreHeldToTheirWord) {
  const std::string id = Submit();
  const absl::Time now = clock_.Now();
  forecasts_.Given(id, {.p50 = now + absl::Seconds(1), .p90 = now + absl::Seconds(2)}, now);
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_TRUE(meter_.verdicts.empty());
  clock_.Advance(absl::Seconds(3));
  Claim();
  ASSERT_TRUE(relay_.Run().ok());
  ASSERT_EQ(meter_.verdicts.size(), 1U);
  EXPECT_EQ(meter_.verdicts[0].first, absl::Seconds(2));
  EXPECT_TRUE(meter_.verdicts[0].second);
}

TEST_F(RelayTest, EveryAttemptIsBilled) {
  const std::string id = Submit("1", /*max_retries=*/1);
  Settle(Claim()[0].lease, Failure(FailureCause::kHandlerError));
  Settle(Claim()[0].lease, Success());
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(usage_.recorded().size(), 2U);
  EXPECT_EQ(usage_.recorded().at({.job_id = id, .epoch = 1}).cause, FailureCause::kHandlerError);
}

TEST_F(RelayTest, NothingIsForgottenBeforeHistoryHasIt) {
  const std::string id = Complete(Success());
  history_.set_status(absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(relay_.Run()));
  EXPECT_TRUE(usage_.recorded().empty());
  EXPECT_EQ(StatusOf(id), JobStatus::kCompleted);
  history_.set_status(absl::OkStatus());
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(Past(id)->job.output, "42");
}

TEST_F(RelayTest, AStopBetweenHistoryAndUsageRepeatsAndChangesNothing) {
  const std::string id = Complete(Success());
  usage_.FailNext({absl::UnavailableError("down")});
  EXPECT_TRUE(absl::IsUnavailable(relay_.Run()));
  EXPECT_EQ(StatusOf(id), JobStatus::kCompleted);
  EXPECT_FALSE(Empty());
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(history_.size(), 1U);
  EXPECT_EQ(usage_.recorded().size(), 1U);
  EXPECT_TRUE(Empty());
}

TEST_F(RelayTest, ARecordThatCanNeverBeStoredDoesNotHoldUpTheOthers) {
  const std::string bad = Complete(Success());
  const std::string good = Complete(Success());
  usage_.Refuse(bad);
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(usage_.recorded().size(), 1U);
  EXPECT_TRUE(usage_.recorded().contains({.job_id = good, .epoch = 1}));
  EXPECT_TRUE(Empty());
}

TEST_F(RelayTest, AnOutageWhileIsolatingABadRecordLosesNothing) {
  const std::string id = Complete(Success());
  // The batch is refused, and then the sink is away for the record on its own.
  usage_.FailNext({absl::InvalidArgumentError("records[0]: bad"), absl::UnavailableError("down")});
  EXPECT_TRUE(absl::IsUnavailable(relay_.Run()));
  EXPECT_FALSE(Empty());
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_TRUE(usage_.recorded().contains({.job_id = id, .epoch = 1}));
}

TEST_F(RelayTest, OnlyTheVersionThatWasStoredIsForgotten) {
  const std::string id = Submit();
  ASSERT_TRUE(relay_.Run().ok());
  Settle(Claim()[0].lease, Success());
  const int shard = ShardOfJob(id);
  ASSERT_TRUE(log_.Forget(shard, {}, {{id, 2}}).ok());
  EXPECT_EQ(StatusOf(id), JobStatus::kCompleted);
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(queue_.Live(id), std::nullopt);
}

TEST_F(RelayTest, ShardsThatOthersLeadAreLeftAlone) {
  const std::string id = Submit();
  ShardLeader nobody(log_, "b", kTestShards);
  Relay idle(log_, nobody, catalog_, history_, attempts_, batches_, webhooks_, usage_,
             dependencies_, forecasts_);
  ASSERT_TRUE(idle.Run().ok());
  EXPECT_EQ(history_.size(), 0U);
  EXPECT_EQ(StatusOf(id), JobStatus::kInQueue);
}

TEST_F(RelayTest, RunsUntilTheLogIsEmpty) {
  const int jobs = 2 * Relay::kMaxEvents + 1;
  for (int i = 0; i < jobs; ++i) Submit();
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(history_.size(), static_cast<std::size_t>(jobs));
  EXPECT_TRUE(Empty());
}

TEST_F(RelayTest, LargePayloadsAreSavedInSmallTransactions) {
  for (int i = 0; i < 3; ++i) Submit(std::string(3 << 20, '1'));
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(history_.saves(), (std::vector<std::size_t>{2, 1}));
}

}  // namespace
}  // namespace furnace::scheduler
