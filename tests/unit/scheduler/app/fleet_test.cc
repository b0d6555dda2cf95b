#include "services/scheduler/app/fleet.h"

#include "tests/support/scheduler/dispatcher_fixture.h"

namespace furnace::scheduler {
namespace {

class FleetTest : public DispatcherFixture {
 protected:
  FleetTest() {
    Put(endpoint_);
    leader_.Renew();
  }

  void Put(const Endpoint& endpoint) {
    source_.Put(endpoint);
    ASSERT_TRUE(catalog_.Refresh().ok());
  }

  // One round of the loop, `later` than the one before.
  void Scale(absl::Duration later = Fleet::kEvery) {
    clock_.Advance(later);
    fleet_.Scale();
  }

  FleetWorker Worker(const std::string& id) const {
    for (const FleetWorker& worker : fleet_.Workers()) {
      if (worker.id == id) return worker;
    }
    ADD_FAILURE() << "no worker " << id;
    return {};
  }

  ShardLeader leader_{log_, "a", kTestShards};
  FakeDriver driver_{clock_};
  Fleet fleet_{driver_, dispatcher_, catalog_, log_, leader_, clock_, kTestShards};
};

TEST_F(FleetTest, StartsAWorkerWhenAJobWaits) {
  Scale();
  EXPECT_EQ(driver_.starts(), 0);
  Submit();
  Scale();
  Scale();
  EXPECT_EQ(driver_.starts(), 1);
  EXPECT_EQ(Worker("w-1").state, WorkerState::kStarting);
  const auto link = Join("w-1", 1);
  EXPECT_EQ(Worker("w-1").state, WorkerState::kRunning);
  Result("w-1", Assigned(*link).at(0), Success(), 1);
  EXPECT_EQ(Worker("w-1").state, WorkerState::kIdle);
}

TEST_F(FleetTest, AJobOutsideItsWindowStartsNoWorker) {
  // It is 08:00.
  Submission submission = ASubmission(endpoint_.id, endpoint_.project_id);
  submission.items[0].affinity = AffinityClass({.window = "22:00-06:00,UTC,1111111"});
  Submit(std::move(submission));
  Scale();
  EXPECT_EQ(driver_.starts(), 0);
  clock_.Advance(absl::Hours(14));
  leader_.Renew();
  Scale();
  EXPECT_EQ(driver_.starts(), 1);
}

TEST_F(FleetTest, ShardsThatOthersLeadAreLeftAlone) {
  Submit();
  ShardLeader nobody(log_, "b", kTestShards);
  Fleet(driver_, dispatcher_, catalog_, log_, nobody, clock_, kTestShards).Scale();
  EXPECT_EQ(driver_.starts(), 0);
}

TEST_F(FleetTest, NothingHappensWhileTheQueueIsAway) {
  Submit();
  log_.set_status(absl::UnavailableError("down"));
  Scale();
  EXPECT_EQ(driver_.starts(), 0);
  log_.set_status(absl::OkStatus());
  Scale();
  EXPECT_EQ(driver_.starts(), 1);
}

TEST_F(FleetTest, DrainsAWorkerThatIsIdleForTheTimeout) {
  const auto link = Join("w-1", 1);
  Scale(absl::Seconds(5) - absl::Microseconds(1));
  EXPECT_EQ(link->received().drains, 0);
  Scale(absl::Microseconds(1));
  EXPECT_EQ(link->received().drains, 1);
  EXPECT_EQ(Worker("w-1").state, WorkerState::kDraining);
}

TEST_F(FleetTest, DrainsAWorkerOfAnOlderRevision) {
  const auto link = Join("w-1", 1);
  Endpoint newer = endpoint_;
  newer.revision = 2;
  Put(newer);
  Scale();
  EXPECT_EQ(link->received().drains, 1);
}

TEST_F(FleetTest, StartsBackOffWhileWorkersDieEarly) {
  Submit();
  int starts = 0;
  for (const int seconds : {1, 2, 60, 120, 240, 480, 600, 600}) {
    Scale(absl::Milliseconds(1));
    EXPECT_EQ(driver_.starts(), ++starts) << seconds;
    Scale(absl::Milliseconds(1));
    driver_.End("w-" + std::to_string(starts));
    Scale(absl::Milliseconds(1));  // Notices, and waits
    Scale(absl::Seconds(seconds) - absl::Milliseconds(2));
    EXPECT_EQ(driver_.starts(), starts) << seconds;
    Scale(absl::Milliseconds(1));
  }
}

TEST_F(FleetTest, AWorkerThatGetsToWorkEndsTheBackoff) {
  Submit();
  Scale();
  Scale();
  driver_.End("w-1");
  Scale();
  Scale(absl::Seconds(1));
  ASSERT_EQ(driver_.starts(), 2);
  Scale();
  const auto link = Join("w-2", 1);
  Scale();
  dispatcher_.Leave("w-2", link.get());
  driver_.End("w-2");
  Scale();  // Its job is lost, queued again and calls for a worker at once.
  EXPECT_EQ(driver_.starts(), 3);
}

TEST_F(FleetTest, AWorkerThatEndsBeforeItsFirstJobCountsAsAFailedStart) {
  Endpoint endpoint = endpoint_;
  endpoint.scale.min_workers = 1;
  Put(endpoint);
  Scale();
  const auto link = Join("w-1", 1);
  Scale();
  dispatcher_.Leave("w-1", link.get());
  driver_.End("w-1");
  Scale();
  EXPECT_EQ(driver_.starts(), 1);
  Scale(absl::Seconds(1));
  EXPECT_EQ(driver_.starts(), 2);
}

TEST_F(FleetTest, ACrashLoopIsTriedWithOneWorkerAndEndsWithAnotherRevision) {
  Endpoint endpoint = endpoint_;
  endpoint.scale.min_workers = 3;
  Put(endpoint);
  Scale();
  ASSERT_EQ(driver_.starts(), 3);
  Scale();
  for (const char* id : {"w-1", "w-2", "w-3"}) driver_.End(id);
  Scale();
  Scale(absl::Minutes(1));
  EXPECT_EQ(driver_.starts(), 4);
  driver_.End("w-4");
  Scale();
  endpoint.revision = 2;
  Put(endpoint);
  Scale();
  EXPECT_EQ(driver_.starts(), 7);
}

TEST_F(FleetTest, AWorkerThatWasDrainedIsNoFailedStart) {
  Endpoint endpoint = endpoint_;
  endpoint.scale.min_workers = 1;
  Put(endpoint);
  Scale();
  Scale();
  const auto link = Join("w-1", 1);
  Scale();
  endpoint.paused = true;
  Put(endpoint);
  Scale(absl::Hours(1));
  ASSERT_EQ(link->received().drains, 1);
  dispatcher_.Leave("w-1", link.get());
  driver_.End("w-1");
  Scale();
  endpoint.paused = false;
  Put(endpoint);
  Scale();
  EXPECT_EQ(driver_.starts(), 2) << "at once";
}

TEST_F(FleetTest, OneTrialAtATime) {
  for (int i = 0; i < 5; ++i) Submit();
  Scale();
  Scale();
  driver_.End("w-1");
  Scale();
  Scale(absl::Minutes(5));
  ASSERT_EQ(driver_.starts(), 2);
  Scale(absl::Minutes(1));
  EXPECT_EQ(driver_.starts(), 2) << "the trial has not ended";
  const auto link = Join("w-2", 1);
  Scale();
  Scale();
  EXPECT_GT(driver_.starts(), 2) << "it has got to work";
}

TEST_F(FleetTest, SaysWhatKeepsWorkersAway) {
  const std::string id = Submit();
  const auto hindrance = [&] {
    return Await<std::optional<QueuePlace>>(
               [&](Done<std::optional<QueuePlace>> done) { queue_.Locate(id, std::move(done)); })
        .value()
        ->hindrance;
  };
  driver_.set_start_status(absl::ResourceExhaustedError("no free rtx4000"));
  Scale();
  EXPECT_EQ(hindrance(), (Hindrance{Obstacle::kNoCapacity, "no free rtx4000"}));
  driver_.set_start_status(absl::FailedPreconditionError("no such image"));
  Scale(absl::Seconds(1));
  EXPECT_EQ(hindrance(), (Hindrance{Obstacle::kCannotRun, "no such image"}));
  driver_.set_start_status(absl::OkStatus());
  Scale(absl::Minutes(1));
  Scale();
  EXPECT_EQ(hindrance(), (Hindrance{Obstacle::kStarting, "a worker is starting"}));
  for (int i = 1; i <= 3; ++i) {
    driver_.End("w-" + std::to_string(driver_.starts()));
    Scale();
    if (i < 3) Scale(absl::Seconds(2));
    Scale();
  }
  EXPECT_EQ(hindrance().obstacle, Obstacle::kCrashLoop);
  EXPECT_NE(hindrance().detail.find("3 workers in a row ended before their first job"),
            std::string::npos);
}

TEST_F(FleetTest, SaysWhatItsWorkersCanTakeWhileJobsWait) {
  const std::string first = Submit();
  const std::string second = Submit();
  const auto capacity = [&] {
    return Await<std::optional<QueuePlace>>([&](Done<std::optional<QueuePlace>> done) {
             queue_.Locate(second, std::move(done));
           })
        .value()
        ->capacity;
  };
  Scale();
  Scale(absl::Seconds(1));
  const absl::Time started = clock_.Now() - absl::Seconds(1);
  EXPECT_EQ(capacity(), (Capacity{.at = clock_.Now(), .starting = {started}}));
  const auto link = Join("w-1", 1);
  const absl::Time claimed = clock_.Now();
  Scale(absl::Milliseconds(999));
  EXPECT_EQ(capacity().workers, 0) << "at most once a second";
  Scale(absl::Milliseconds(1));
  EXPECT_EQ(capacity(),
            (Capacity{.at = clock_.Now(), .workers = 1, .slots = 1, .running = {claimed}}));
  const absl::Time measured = clock_.Now();
  Scale(absl::Milliseconds(1999));
  EXPECT_EQ(capacity().at, measured);
  Scale(absl::Milliseconds(1));
  EXPECT_EQ(capacity().at, clock_.Now()) << "at least every two";
}

TEST_F(FleetTest, AHealthyWorkerDoesNotEndTheBackoffOfOthers) {
  Endpoint endpoint = endpoint_;
  endpoint.scale.min_workers = 2;
  Put(endpoint);
  driver_.Adopt({.id = "healthy",
                 .endpoint_id = endpoint_.id,
                 .endpoint_revision = 1,
                 .gpu_type = "rtx4000",
                 .started_at = clock_.Now()});
  Join("healthy", 1);
  Scale();
  ASSERT_EQ(driver_.starts(), 1);
  Scale();
  driver_.End("w-1");
  Scale();
  Scale();
  Scale();
  EXPECT_EQ(driver_.starts(), 1);
}

TEST_F(FleetTest, WithoutRoomStartsAreTriedOnceASecond) {
  Submit();
  driver_.set_start_status(absl::ResourceExhaustedError("no free GPU"));
  for (int i = 0; i < 5; ++i) Scale(absl::Milliseconds(199));
  EXPECT_EQ(driver_.starts(), 1);
  Scale(absl::Milliseconds(204));
  EXPECT_EQ(driver_.starts(), 2);
}

TEST_F(FleetTest, AnEndpointThatCannotRunIsTriedOnceAMinute) {
  Submit();
  driver_.set_start_status(absl::FailedPreconditionError("no such image"));
  Scale();
  Scale(absl::Minutes(1) - absl::Milliseconds(1));
  EXPECT_EQ(driver_.starts(), 1);
  Scale(absl::Milliseconds(1));
  EXPECT_EQ(driver_.starts(), 2);
}

TEST_F(FleetTest, AWorkerThatDoesNotConnectInTimeIsKilled) {
  Submit();
  Scale();
  Scale();
  Scale(Endpoint().init_timeout + Fleet::kLastWords);
  EXPECT_TRUE(driver_.killed().empty());
  Scale();
  EXPECT_EQ(driver_.killed(), std::vector<std::string>{"w-1"});
}

TEST_F(FleetTest, ADrainedWorkerThatDoesNotEndIsKilled) {
  Submit();
  Scale();
  const auto link = Join("w-1", 1);
  Scale();
  Result("w-1", Assigned(*link).at(0), Success(), 1);
  Scale(absl::Hours(1));
  ASSERT_EQ(link->received().drains, 1);
  Scale();
  Scale(Fleet::kDrainLimit - absl::Milliseconds(1));
  EXPECT_TRUE(driver_.killed().empty());
  Scale(absl::Milliseconds(1));
  EXPECT_EQ(driver_.killed(), std::vector<std::string>{"w-1"});
  Scale();
  EXPECT_EQ(driver_.killed().size(), 1u) << "once a limit";
}

TEST_F(FleetTest, ADrainedWorkerWithAJobIsNotKilled) {
  Submit();
  Scale();
  const auto link = Join("w-1", 1);
  Scale();
  dispatcher_.SetDraining("w-1");
  Scale();
  Scale(absl::Hours(1));
  EXPECT_TRUE(driver_.killed().empty());
  Result("w-1", Assigned(*link).at(0), Success());
  Scale();
  Scale(Fleet::kDrainLimit - absl::Milliseconds(1));
  EXPECT_TRUE(driver_.killed().empty());
  dispatcher_.Leave("w-1", link.get());
  Scale(absl::Milliseconds(1));
  EXPECT_EQ(driver_.killed(), std::vector<std::string>{"w-1"}) << "its session is over, it is not";
}

TEST_F(FleetTest, WorkersOfAnEarlierSchedulerHaveTimeToComeBack) {
  driver_.Adopt({.id = "old",
                 .endpoint_id = endpoint_.id,
                 .endpoint_revision = 1,
                 .gpu_type = "rtx4000",
                 .started_at = clock_.Now() - absl::Hours(5)});
  Scale();
  Scale(Endpoint().init_timeout - absl::Seconds(1));
  EXPECT_TRUE(driver_.killed().empty());
  Join("old", 1);
  Scale(absl::Hours(1));
  EXPECT_TRUE(driver_.killed().empty());
}

TEST_F(FleetTest, AWorkerMayLoseItsConnectionForAWhile) {
  Submit();
  Scale();
  const auto link = Join("w-1", 1);
  Scale(absl::Hours(1));
  dispatcher_.Leave("w-1", link.get());
  Scale();
  Scale(Endpoint().init_timeout + Fleet::kLastWords - absl::Seconds(1));
  EXPECT_TRUE(driver_.killed().empty());
  Scale(absl::Seconds(2));
  EXPECT_EQ(driver_.killed(), std::vector<std::string>{"w-1"});
}

TEST_F(FleetTest, TheLeasesOfAWorkerThatEndedAreTakenBackAtOnce) {
  const std::string id = Submit();
  Scale();
  const auto link = Join("w-1", 1);
  Scale();
  EXPECT_EQ(StatusOf(id), JobStatus::kInProgress);
  driver_.End("w-1");
  dispatcher_.Leave("w-1", link.get());
  Scale();
  EXPECT_EQ(StatusOf(id), JobStatus::kInQueue);
  EXPECT_EQ(queue_.Live(id)->cause, FailureCause::kWorkerLost);
}

TEST_F(FleetTest, AWorkerThatCameByItselfIsShownToo) {
  clock_.Advance(absl::Seconds(9));
  Join("stranger", 1);
  const FleetWorker worker = Worker("stranger");
  EXPECT_EQ(worker.started_at, clock_.Now());
  EXPECT_EQ(worker.endpoint_id, endpoint_.id);
  EXPECT_EQ(worker.state, WorkerState::kIdle);
  EXPECT_FALSE(worker.note.has_value());
  dispatcher_.Note("stranger", "memory: 2 GB of 4 GB");
  EXPECT_EQ(Worker("stranger").note->text, "memory: 2 GB of 4 GB");
}

}  // namespace
}  // namespace furnace::scheduler
