#include "services/scheduler/app/lifetimes.h"

#include "tests/support/scheduler/dispatcher_fixture.h"

namespace furnace::scheduler {
namespace {

class LifetimesTest : public DispatcherFixture {
 protected:
  using State = WorkerPresence::State;

  /// The endpoint keeps so many workers.
  void Want(int min_workers, bool paused = false) {
    Endpoint endpoint = endpoint_;
    endpoint.revision = ++revision_;
    endpoint.scale.min_workers = min_workers;
    endpoint.paused = paused;
    Publish(endpoint);
  }

  /// What the log has of lifetimes, in order.
  std::vector<WorkerSlice> Slices() {
    std::vector<WorkerSlice> slices;
    for (int shard = 0; shard < kTestShards; ++shard) {
      EXPECT_TRUE(log_.Sweep(shard, 100).ok());
      auto events = log_.ReadEvents({shard}, 1000).value();
      for (const JobEvent& event : events[shard]) {
        if (event.slice) slices.push_back(*event.slice);
      }
    }
    return slices;
  }

  State LastHeard() const { return lives_.heard().back().workers.front().state; }

  std::int64_t revision_ = 1;
};

TEST_F(LifetimesTest, AnAlwaysOnWorkerIsOneFromItsHelloOn) {
  Want(1);
  const std::string id = Submit();
  const absl::Time hello = clock_.Now();
  const auto link = Join("w-1", 1);
  ASSERT_EQ(Assigned(*link).size(), 1U);
  clock_.Advance(absl::Seconds(2));
  Result("w-1", Assigned(*link)[0], Success());
  dispatcher_.WorkerEnded("w-1", endpoint_.id);
  const std::vector<WorkerSlice> slices = Slices();
  ASSERT_EQ(slices.size(), 1U);
  EXPECT_EQ(slices[0].slice.start, hello);
  EXPECT_EQ(slices[0].slice.end, hello + absl::Seconds(2));
  EXPECT_EQ(slices[0].project_id, endpoint_.project_id);
  auto events = log_.ReadEvents({ShardOfJob(id)}, 100).value();
  for (const JobEvent& event : events[ShardOfJob(id)]) {
    EXPECT_TRUE(!event.attempt_end || event.attempt_end->covered);
  }
}

TEST_F(LifetimesTest, AConnectedWorkersLifetimeGoesOn) {
  Want(1);
  Join("w-1", 1);
  for (int i = 0; i < 100; ++i) {
    clock_.Advance(kLease / 2);
    dispatcher_.KeepLifetimes();
    EXPECT_TRUE(Slices().empty());
  }
}

TEST_F(LifetimesTest, AWorkerThatStaysAwayIsPaidForUntilItsLeasesWouldLapse) {
  Want(1);
  dispatcher_.Leave("w-1", Join("w-1", 1).get());
  clock_.Advance(absl::Minutes(10));
  dispatcher_.KeepLifetimes();
  const std::vector<WorkerSlice> slices = Slices();
  ASSERT_EQ(slices.size(), 1U);
  EXPECT_EQ(slices[0].slice.end - slices[0].slice.start, kLease);
}

TEST_F(LifetimesTest, AWorkerThatFinishedAndLeftIsPaidForNoLonger) {
  Want(1);
  const auto link = Join("w-1", 1);
  clock_.Advance(absl::Seconds(3));
  dispatcher_.SetDraining("w-1");
  dispatcher_.Leave("w-1", link.get());
  const std::vector<WorkerSlice> slices = Slices();
  ASSERT_EQ(slices.size(), 1U);
  EXPECT_EQ(slices[0].slice.end - slices[0].slice.start, absl::Seconds(3));
}

TEST_F(LifetimesTest, AWorkerThatHasEndedIsNotKeptByItsStream) {
  Want(1);
  Join("w-1", 1);
  dispatcher_.WorkerEnded("w-1", endpoint_.id);
  dispatcher_.KeepLifetimes();
  EXPECT_EQ(LastHeard(), State::kEnded);
  // Another process under its name.
  Join("w-1", 1);
  EXPECT_EQ(LastHeard(), State::kIdle);
}

TEST_F(LifetimesTest, AnIdleWorkerBecomesAlwaysOnWhenTheEndpointWantsMore) {
  Want(0);
  Join("w-1", 1);
  Want(1);
  dispatcher_.KeepLifetimes();
  clock_.Advance(absl::Seconds(1));
  Want(0);  // That ends it for workers that come, and not for this one.
  dispatcher_.KeepLifetimes();
  clock_.Advance(absl::Seconds(1));
  dispatcher_.WorkerEnded("w-1", endpoint_.id);
  const std::vector<WorkerSlice> slices = Slices();
  ASSERT_EQ(slices.size(), 1U);
  EXPECT_EQ(slices[0].slice.end - slices[0].slice.start, absl::Seconds(2));
}

TEST_F(LifetimesTest, APausedEndpointWantsNone) {
  Want(1, /*paused=*/true);
  Join("w-1", 1);
  EXPECT_EQ(lives_.heard().back().always_on, 0);
}

TEST_F(LifetimesTest, NobodyHearsOfFlexWorkersOfAnEndpointThatWantsNone) {
  Want(0);
  Join("w-1", 1);
  const std::size_t heard = lives_.heard().size();
  EXPECT_EQ(heard, 1U);
  dispatcher_.KeepLifetimes();
  EXPECT_EQ(lives_.heard().size(), heard);
}

TEST_F(LifetimesTest, AWorkerWhoseKindIsNotKnownIsAskedAboutAgain) {
  Want(0);
  lives_.set_status(absl::UnavailableError("down"));
  const auto link = Join("w-1", 1);
  lives_.set_status(absl::OkStatus());
  dispatcher_.KeepLifetimes();
  EXPECT_EQ(lives_.heard().size(), 1U);
  dispatcher_.KeepLifetimes();
  EXPECT_EQ(lives_.heard().size(), 1U);
  dispatcher_.Leave("w-1", link.get());
}

TEST_F(LifetimesTest, ManyWorkersAreHeardOfInParts) {
  Want(1);
  std::vector<WorkerPresence> workers;
  for (int i = 0; i < 1'234; ++i) {
    workers.push_back({.worker = AWorker("w-" + std::to_string(i)), .state = State::kBusy});
  }
  lifetimes_.Hear(endpoint_.id, workers);
  ASSERT_EQ(lives_.heard().size(), 3U);
  std::size_t sum = 0;
  for (const Presences& part : lives_.heard()) sum += part.workers.size();
  EXPECT_EQ(sum, workers.size());
}

}  // namespace
}  // namespace furnace::scheduler
