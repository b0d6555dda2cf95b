// Jobs on their way to workers.
#include "tests/support/scheduler/dispatcher_fixture.h"

namespace furnace::scheduler {
namespace {

class DispatcherClaimsTest : public DispatcherFixture {};

TEST_F(DispatcherClaimsTest, AWorkerGetsAsManyJobsAsItHasCredits) {
  for (int i = 0; i < 5; ++i) Submit();
  const auto link = Join("w-1", 2);
  EXPECT_EQ(link->received().jobs.size(), 2U);
  EXPECT_EQ(Connected("w-1")->jobs, 2);
  dispatcher_.Wake(endpoint_.id);
  EXPECT_EQ(link->received().jobs.size(), 2U);
  dispatcher_.AddCredits("w-1", 1);
  EXPECT_EQ(link->received().jobs.size(), 3U);
  Result("w-1", Assigned(*link)[0], Success(), /*credits=*/1);
  EXPECT_EQ(link->received().jobs.size(), 4U);
}

TEST_F(DispatcherClaimsTest, AnAssignmentSaysWhatToRun) {
  const std::string id = Submit("[7]");
  const auto link = Join("w-1", 1);
  ASSERT_EQ(link->received().jobs.size(), 1U);
  const WorkerLink::Assignment job = link->received().jobs[0];
  EXPECT_EQ(job.lease, (LeaseId{.job_id = id, .epoch = 1}));
  EXPECT_EQ(job.input, "[7]");
  EXPECT_EQ(job.timeout, absl::Seconds(300));
}

TEST_F(DispatcherClaimsTest, AnInputGetsTheOutputsThatItRefersTo) {
  const std::string parent = Complete(Success(R"({"x":[5]})"));
  Submission submission = ASubmission(endpoint_.id, endpoint_.project_id);
  submission.items[0].input = R"([{"$output":")" + parent + R"(","pointer":"/x/0"}])";
  submission.items[0].refers_to_outputs = true;
  Submit(submission);
  const auto link = Join("w-1", 1);
  FinishBlockingWork();
  ASSERT_EQ(link->received().jobs.size(), 1U);
  EXPECT_EQ(link->received().jobs[0].input, "[5]");
}

TEST_F(DispatcherClaimsTest, AnInputThatOutputsMakeTooLargeFailsItsJob) {
  const std::string parent = Complete(Success("\"" + std::string(10 << 20, 'x') + "\""));
  Submission submission = ASubmission(endpoint_.id, endpoint_.project_id);
  submission.items[0].input = R"({"$output":")" + parent + R"("})";
  submission.items[0].refers_to_outputs = true;
  const std::string id = Submit(submission);
  const auto link = Join("w-1", 1);
  FinishBlockingWork();
  EXPECT_TRUE(link->received().jobs.empty());
  EXPECT_EQ(StatusOf(id), JobStatus::kFailed);
  EXPECT_EQ(queue_.Live(id)->cause, FailureCause::kHandlerError);
}

TEST_F(DispatcherClaimsTest, WithoutCreditsNothingIsClaimed) {
  Submit();
  const auto link = Join("w-1", 0);
  dispatcher_.Wake(endpoint_.id);
  dispatcher_.Wake(NewId());
  dispatcher_.WakeAll();
  EXPECT_EQ(queue_.calls(QueueCall::kClaim), 0);
}

TEST_F(DispatcherClaimsTest, OneClaimServesAllWorkersOfAnEndpoint) {
  Join("w-1", 2);
  Join("w-2", 1);
  const int before = queue_.calls(QueueCall::kClaim);
  dispatcher_.Wake(endpoint_.id);
  EXPECT_EQ(queue_.calls(QueueCall::kClaim), before + 1);
  ASSERT_EQ(queue_.last_claim().workers.size(), 2U);
  EXPECT_EQ(queue_.last_claim().workers[0].jobs, 2);
  EXPECT_EQ(queue_.last_claim().workers[1].jobs, 1);
}

TEST_F(DispatcherClaimsTest, AWorkerMayTakeItsCreditsBack) {
  Join("w-1", 3);
  dispatcher_.AddCredits("w-1", -2);
  EXPECT_EQ(Connected("w-1")->credits, 1);
  dispatcher_.AddCredits("w-1", -2);
  EXPECT_EQ(Connected("w-1")->credits, 0);
}

TEST_F(DispatcherClaimsTest, CreditsTakenBackDuringAClaimAreNotOwed) {
  const auto link = Join("w-1", 3);
  Submit();
  queue_.Hold(QueueCall::kClaim);
  dispatcher_.Wake(endpoint_.id);
  dispatcher_.AddCredits("w-1", -3);
  queue_.Release();
  EXPECT_EQ(Assigned(*link).size(), 1U) << "it was on its way";
  EXPECT_EQ(Connected("w-1")->credits, 0);
}

TEST_F(DispatcherClaimsTest, IdleWorkersGoBeforeThoseThatHaveRoomBehindAJob) {
  Submit();
  Join("w-1", 5);
  Join("w-2", 1);
  dispatcher_.Wake(endpoint_.id);
  ASSERT_EQ(queue_.last_claim().workers.size(), 2U);
  EXPECT_EQ(queue_.last_claim().workers[0].worker.worker_id, "w-2");
  EXPECT_EQ(queue_.last_claim().workers[1].worker.worker_id, "w-1");
}

TEST_F(DispatcherClaimsTest, AJobWaitsForItsWindowAndStartsOnceItIsOpen) {
  // It is 08:00.
  Submission submission = ASubmission(endpoint_.id, endpoint_.project_id, 2);
  submission.items[0].affinity = AffinityClass({.window = "22:00-06:00,UTC,1111111"});
  submission.items[1].affinity = AffinityClass({.window = "06:00-22:00,UTC,1111111"});
  const std::string night = submission.items[0].id;
  const std::string day = submission.items[1].id;
  Submit(std::move(submission));
  const auto link = Join("w-1", 5);
  ASSERT_EQ(Assigned(*link), (Leases{{.job_id = day, .epoch = 1}}));
  clock_.Advance(absl::Hours(14));
  dispatcher_.WakeAll();
  EXPECT_EQ(Assigned(*link).back(), (LeaseId{.job_id = night, .epoch = 1}));
}

TEST_F(DispatcherClaimsTest, AClaimIsBounded) {
  Join("w-1", 100);
  Join("w-2", 100);
  dispatcher_.Wake(endpoint_.id);
  int room = 0;
  for (const WorkerRoom& worker : queue_.last_claim().workers) room += worker.jobs;
  EXPECT_EQ(room, Dispatcher::kMaxClaim);
}

TEST_F(DispatcherClaimsTest, OneClaimIsOnItsWayAndWakesMeanwhileCostOneMore) {
  const auto link = Join("w-1", 5);
  const int before = queue_.calls(QueueCall::kClaim);
  queue_.Hold(QueueCall::kClaim);
  dispatcher_.Wake(endpoint_.id);
  for (int i = 0; i < 3; ++i) {
    Submit();
    dispatcher_.Wake(endpoint_.id);
  }
  EXPECT_EQ(queue_.calls(QueueCall::kClaim), before + 1);
  queue_.Release();
  EXPECT_EQ(link->received().jobs.size(), 3U);
  EXPECT_EQ(queue_.calls(QueueCall::kClaim), before + 3);  // The last one found nothing.
}

TEST_F(DispatcherClaimsTest, AfterAFailedClaimTheNextWakeTriesAgain) {
  queue_.FailNext(QueueCall::kClaim, absl::UnavailableError("down"));
  Submit();
  const auto link = Join("w-1", 1);
  EXPECT_TRUE(link->received().jobs.empty());
  dispatcher_.WakeAll();
  EXPECT_EQ(link->received().jobs.size(), 1U);
}

TEST_F(DispatcherClaimsTest, OnlyTheFirstJobOfAWorkerCarriesItsColdStart) {
  auto link = std::make_shared<RecordingWorkerLink>();
  WorkerOnGpu worker = AWorker();
  worker.cold_start = absl::Seconds(3);
  dispatcher_.Join({.worker = worker, .endpoint_id = endpoint_.id, .leases = {}, .credits = 1},
                   link);
  const std::string first = Submit();
  dispatcher_.Wake(endpoint_.id);
  const std::string second = Submit();
  dispatcher_.AddCredits("w-1", 1);
  EXPECT_EQ(queue_.Live(first)->cold_start, absl::Seconds(3));
  EXPECT_EQ(queue_.Live(second)->cold_start, absl::ZeroDuration());
}

TEST_F(DispatcherClaimsTest, AStoredInputIsLoadedOnTheWay) {
  SubmitStored("[8]");
  Submit("[9]");
  const auto link = Join("w-1", 2);
  FinishBlockingWork();
  const auto jobs = link->received().jobs;
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0].input, "[9]");  // What is at hand does not wait.
  EXPECT_EQ(jobs[1].input, "[8]");
}

TEST_F(DispatcherClaimsTest, AnInputThatIsGoneEndsTheJobAndCostsTheWorkerNothing) {
  const std::string id = SubmitStored("");
  const auto link = Join("w-1", 1);
  for (int i = 0; i < RetryPolicy::kMaxLosses; ++i) {
    FinishBlockingWork();
    dispatcher_.Wake(endpoint_.id);
  }
  FinishBlockingWork();
  EXPECT_EQ(StatusOf(id), JobStatus::kFailed);
  EXPECT_EQ(queue_.Live(id)->error, "its input could not be read");
  EXPECT_EQ(Connected("w-1")->jobs, 0);
  Submit();
  dispatcher_.Wake(endpoint_.id);
  EXPECT_EQ(link->received().jobs.size(), 1U);
}

TEST_F(DispatcherClaimsTest, AJobWaitsForAPayloadStoreThatIsDown) {
  payloads_.set_status(absl::UnavailableError("down"));
  const std::string id = Submit(ASubmission(endpoint_.id, endpoint_.project_id));
  const std::string stored = [&] {
    Submission submission = ASubmission(endpoint_.id, endpoint_.project_id);
    submission.items[0].input_stored = true;
    submission.items[0].priority = 10;
    return Submit(std::move(submission));
  }();
  const auto link = Join("w-1", 1);
  FinishBlockingWork();
  EXPECT_EQ(queue_.Live(stored)->attempt, 1);  // Its lease lapses; nobody asks again at once.
  dispatcher_.Wake(endpoint_.id);
  EXPECT_EQ(Assigned(*link), (Leases{{.job_id = id, .epoch = 1}}));
  EXPECT_EQ(Connected("w-1")->jobs, 1) << "not the one whose input could not be read";
}

TEST_F(DispatcherClaimsTest, WhenTooManyInputsWaitTheWorkerKeepsItsCredit) {
  runtime::ThreadPool full(1, 0);
  Dispatcher dispatcher(queue_, catalog_, payloads_, reader_, reports_, lifetimes_, full, clock_,
                        kLease);
  SubmitStored("[8]");
  auto link = std::make_shared<RecordingWorkerLink>();
  dispatcher.Join({.worker = AWorker(), .endpoint_id = endpoint_.id, .leases = {}, .credits = 1},
                  link);
  EXPECT_EQ(dispatcher.Workers()[0].jobs, 0);
  Submit();
  dispatcher.Wake(endpoint_.id);
  EXPECT_EQ(link->received().jobs.size(), 1U);
}

TEST_F(DispatcherClaimsTest, AWorkerThatLeavesDuringTheClaimGivesTheJobBack) {
  const auto link = Join("w-1", 1);
  const std::string id = Submit();
  queue_.Hold(QueueCall::kClaim);
  dispatcher_.Wake(endpoint_.id);
  dispatcher_.Leave("w-1", link.get());
  queue_.Release();
  EXPECT_TRUE(link->received().jobs.empty());
  EXPECT_EQ(StatusOf(id), JobStatus::kInQueue);
  EXPECT_EQ(queue_.Live(id)->cause, FailureCause::kPlatform);
  EXPECT_EQ(queue_.Live(id)->loss_count, 0);
  EXPECT_FALSE(dispatcher_.HasWorkers(endpoint_.id));
}

TEST_F(DispatcherClaimsTest, AStreamThatIsGoneGetsOneJobAndNoMore) {
  const auto link = Join("w-1", 100);
  link->Break();
  const std::string id = Submit();
  dispatcher_.Wake(endpoint_.id);
  EXPECT_EQ(StatusOf(id), JobStatus::kInQueue);
  EXPECT_EQ(queue_.Live(id)->attempt, 1);
  dispatcher_.WakeAll();
  EXPECT_EQ(queue_.Live(id)->attempt, 1);
  EXPECT_EQ(queue_.Live(id)->loss_count, 0);
  EXPECT_EQ(Connected("w-1"), std::nullopt);
}

TEST_F(DispatcherClaimsTest, APausedEndpointGetsNoJobsUntilItIsResumed) {
  Endpoint endpoint = endpoint_;
  endpoint.paused = true;
  Publish(endpoint);
  const std::string id = Submit();
  const auto link = Join("w-1", 1);
  dispatcher_.WakeAll();
  EXPECT_EQ(StatusOf(id), JobStatus::kInQueue);
  endpoint.paused = false;
  Publish(endpoint);
  dispatcher_.WakeAll();
  EXPECT_EQ(Assigned(*link).size(), 1U);
}

TEST_F(DispatcherClaimsTest, AClaimSaysHowManyJobsMayRun) {
  Endpoint endpoint = endpoint_;
  endpoint.queue.max_concurrency = 7;
  Publish(endpoint);
  Join("w-1", 1);
  EXPECT_EQ(queue_.last_claim().max_concurrency, 7);
}

}  // namespace
}  // namespace furnace::scheduler
