// Results on their way to the queue.
#include <algorithm>

#include "services/scheduler/app/submitter.h"
#include "tests/support/scheduler/dispatcher_fixture.h"

namespace furnace::scheduler {
namespace {

class DispatcherResultsTest : public DispatcherFixture {
 protected:
  DispatcherResultsTest()
      : id_(Submit()), link_(Join("w-1", 1)), lease_{.job_id = id_, .epoch = 1} {}

  const std::string id_;
  const std::shared_ptr<RecordingWorkerLink> link_;
  const LeaseId lease_;
};

TEST_F(DispatcherResultsTest, AResultIsStoredAndTheWorkerTold) {
  clock_.Advance(absl::Seconds(1));
  Result("w-1", lease_, Success());
  EXPECT_EQ(queue_.Live(id_)->output, "42");
  EXPECT_EQ(link_->received().settled, Leases{lease_});
  EXPECT_EQ(Connected("w-1")->jobs, 0);
  EXPECT_EQ(Connected("w-1")->idle_since, clock_.Now());
}

TEST_F(DispatcherResultsTest, ARepeatedResultIsSettledAgain) {
  Result("w-1", lease_, Success("1"));
  Result("w-1", lease_, Success("2"));
  EXPECT_EQ(link_->received().settled, (Leases{lease_, lease_}));
  EXPECT_EQ(queue_.Live(id_)->output, "1");
}

TEST_F(DispatcherResultsTest, AResultUnderALeaseThatIsNotHeldIsRefused) {
  const LeaseId unknown{.job_id = NewJobId(endpoint_.id), .epoch = 1};
  const LeaseId later{.job_id = id_, .epoch = 2};
  Result("w-1", unknown, Success());
  Result("w-1", later, Success());
  EXPECT_EQ(link_->received().lost, (Leases{unknown, later}));
  EXPECT_EQ(StatusOf(id_), JobStatus::kInProgress);
  EXPECT_EQ(Connected("w-1")->jobs, 1);
}

TEST_F(DispatcherResultsTest, ALargeOutputIsStoredBeforeTheJobIsSettled) {
  const std::string large(kInlineBytes + 1, '1');
  Result("w-1", lease_, Success(large));
  FinishBlockingWork();
  EXPECT_TRUE(queue_.Live(id_)->output_stored);
  EXPECT_EQ(queue_.Live(id_)->output, std::nullopt);
  EXPECT_EQ(payloads_.LoadOutput(lease_).value(), large);
  EXPECT_EQ(link_->received().settled, Leases{lease_});
}

TEST_F(DispatcherResultsTest, ALargeOutputOfALeaseThatIsNotHeldIsNotStored) {
  const LeaseId unknown{.job_id = NewJobId(endpoint_.id), .epoch = 1};
  const LeaseId later{.job_id = id_, .epoch = 2};
  const std::string large(kInlineBytes + 1, '1');
  for (const LeaseId& lease : {unknown, later}) Result("w-1", lease, Success(large));
  Result("w-2", lease_, Success(large));
  FinishBlockingWork();
  EXPECT_EQ(link_->received().lost, (Leases{unknown, later}));
  for (const LeaseId& lease : {unknown, later, lease_}) {
    EXPECT_TRUE(absl::IsNotFound(payloads_.LoadOutput(lease).status()));
  }
}

TEST_F(DispatcherResultsTest, AResultThatCannotBeStoredIsLeftToTheNextSession) {
  payloads_.set_status(absl::UnavailableError("down"));
  Result("w-1", lease_, Success(std::string(kInlineBytes + 1, '1')));
  FinishBlockingWork();
  EXPECT_EQ(link_->received().closes, 1);
  EXPECT_TRUE(link_->received().settled.empty());
  EXPECT_EQ(StatusOf(id_), JobStatus::kInProgress);
}

TEST_F(DispatcherResultsTest, AQueueErrorClosesTheSession) {
  queue_.FailNext(QueueCall::kSettle, absl::UnavailableError("down"));
  Result("w-1", lease_, Success());
  EXPECT_EQ(link_->received().closes, 1);
  dispatcher_.Leave("w-1", link_.get());
  const auto again = Join("w-1", 0, {lease_});
  Result("w-1", lease_, Success());
  EXPECT_EQ(again->received().settled, Leases{lease_});
}

TEST_F(DispatcherResultsTest, AResultWithoutASessionIsIgnored) {
  Result("w-9", lease_, Success());
  EXPECT_EQ(StatusOf(id_), JobStatus::kInProgress);
}

TEST_F(DispatcherResultsTest, AReleasedJobIsQueuedAgainAndNotBilled) {
  dispatcher_.SetDraining("w-1");
  dispatcher_.Release("w-1", {lease_}, /*unbegun=*/false);
  EXPECT_EQ(StatusOf(id_), JobStatus::kInQueue);
  EXPECT_EQ(queue_.Live(id_)->gpu_time_us, 0);
  EXPECT_EQ(queue_.Live(id_)->loss_count, 1);
  EXPECT_EQ(Connected("w-1")->jobs, 0);
}

TEST_F(DispatcherResultsTest, AJobThatIsReleasedUnbegunIsNotLost) {
  dispatcher_.SetDraining("w-1");
  dispatcher_.Release("w-1", {lease_}, /*unbegun=*/true);
  EXPECT_EQ(StatusOf(id_), JobStatus::kInQueue);
  EXPECT_EQ(queue_.Live(id_)->loss_count, 0);
}

TEST_F(DispatcherResultsTest, AWorkerReleasesNoJobOfAnother) {
  dispatcher_.Release("w-9", {lease_}, /*unbegun=*/true);
  EXPECT_EQ(StatusOf(id_), JobStatus::kInProgress);
}

TEST_F(DispatcherResultsTest, ProgressUnderALostLeaseIsAnswered) {
  dispatcher_.Progress("w-1", {.lease = lease_, .progress = "1", .chunks = {"a"}});
  EXPECT_EQ(queue_.Live(id_)->progress, "1");
  EXPECT_TRUE(link_->received().lost.empty());
  const LeaseId later{.job_id = id_, .epoch = 2};
  dispatcher_.Progress("w-1", {.lease = later, .progress = "2", .chunks = {}});
  EXPECT_EQ(link_->received().lost, Leases{later});
  queue_.FailNext(QueueCall::kReport, absl::ResourceExhaustedError("full"));
  dispatcher_.Progress("w-1", {.lease = lease_, .progress = "3", .chunks = {}});
  EXPECT_EQ(link_->received().lost, Leases{later});
}

TEST_F(DispatcherResultsTest, NumberedProgressIsAnsweredOnceItNeedNotComeAgain) {
  const auto report = [&](std::int64_t number) {
    dispatcher_.Progress("w-1",
                         {.lease = lease_, .progress = "1", .chunks = {}, .sequence = number});
  };
  report(0);
  EXPECT_TRUE(link_->received().stored.empty());
  report(1);
  report(1);
  EXPECT_EQ(link_->received().stored, (std::vector<std::int64_t>{1, 1}));
  queue_.FailNext(QueueCall::kReport, absl::ResourceExhaustedError("full"));
  report(2);
  EXPECT_EQ(link_->received().stored.back(), 2);
  EXPECT_EQ(link_->received().closes, 0);
  queue_.FailNext(QueueCall::kReport, absl::UnavailableError("down"));
  report(2);
  EXPECT_EQ(link_->received().closes, 1) << "it comes again on the next session";
  report(9);
  EXPECT_EQ(link_->received().closes, 2) << "so do those that have not come";
  EXPECT_EQ(link_->received().stored.size(), 3U);
}

TEST_F(DispatcherResultsTest, AHeartbeatRenewsAndTellsWhatIsLost) {
  clock_.Advance(kLease - absl::Seconds(1));
  const LeaseId foreign{.job_id = NewJobId(NewId()), .epoch = 1};
  dispatcher_.Heartbeat("w-1", {{.lease = lease_}, {.lease = foreign}});
  EXPECT_EQ(link_->received().lost, Leases{foreign});
  clock_.Advance(kLease - absl::Seconds(1));
  EXPECT_TRUE(log_.Sweep(ShardOfJob(id_), 10)->lapsed.empty());
  dispatcher_.Heartbeat("w-1", {});
  queue_.FailNext(QueueCall::kRenew, absl::UnavailableError("down"));
  dispatcher_.Heartbeat("w-1", {{.lease = lease_}});
  EXPECT_EQ(link_->received().lost, Leases{foreign});
}

TEST_F(DispatcherResultsTest, AHeartbeatReportsTheHoursThatAHandlerHasRun) {
  const auto parts = [&] {
    const auto events = log_.ReadEvents({ShardOfJob(id_)}, 100).value();
    return std::ranges::count_if(events.at(ShardOfJob(id_)),
                                 [](const JobEvent& event) { return event.part.has_value(); });
  };
  clock_.Advance(absl::Hours(2));
  dispatcher_.Heartbeat("w-1", {{.lease = lease_}});
  dispatcher_.Heartbeat("w-1", {{.lease = lease_, .waited = absl::InfiniteDuration()}});
  EXPECT_EQ(parts(), 0) << "it may not have begun";
  dispatcher_.Heartbeat("w-1", {{.lease = lease_, .waited = absl::ZeroDuration()}});
  EXPECT_EQ(parts(), 2);
}

TEST_F(DispatcherResultsTest, ACancelledJobIsTakenFromItsWorker) {
  dispatcher_.CancelOn("w-1", lease_);
  EXPECT_EQ(link_->received().cancelled, Leases{lease_});
  EXPECT_EQ(Connected("w-1")->jobs, 0);
  dispatcher_.CancelOn("w-9", lease_);  // Of another replica.
}

}  // namespace
}  // namespace furnace::scheduler
