#include "services/scheduler/app/worker_starter.h"

#include <gtest/gtest.h>

#include "tests/support/scheduler/fake_ports.h"
#include "tests/support/scheduler/manual_clock.h"
#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {
namespace {

using Types = std::vector<std::string>;

/// A driver with two GPUs, and two projects with an endpoint each.
class WorkerStarterTest : public testing::Test {
 protected:
  WorkerStarterTest() {
    driver_.set_gpus({{.gpu_type = "rtx4000", .total = 2}});
    for (const EndpointPtr& endpoint : {hog_, other_}) source_.Put(*endpoint);
    EXPECT_TRUE(catalog_.Refresh().ok());
  }

  static EndpointPtr Named(const std::string& name) {
    Endpoint endpoint = AnEndpoint();
    endpoint.name = name;
    return std::make_shared<const Endpoint>(endpoint);
  }

  static StartWish Wish(const EndpointPtr& endpoint, std::size_t workers = 1,
                        const Types& types = {"rtx4000"}) {
    return {.endpoint = endpoint, .starts = std::vector<Types>(workers, types)};
  }

  StartOutcome Start(std::vector<StartWish> wishes, absl::Duration later = absl::Seconds(1)) {
    clock_.Advance(later);
    return starter_.Start(wishes, states_);
  }

  int WorkersOf(const EndpointPtr& endpoint) {
    int workers = 0;
    for (const DriverWorker& worker : driver_.List()) {
      workers += worker.endpoint_id == endpoint->id ? 1 : 0;
    }
    return workers;
  }

  ManualClock clock_;
  FakeDriver driver_{clock_};
  FakeEndpointSource source_;
  EndpointCatalog catalog_{source_};
  WorkerStarter starter_{driver_, catalog_, clock_, {}};
  const EndpointPtr hog_ = Named("hog");
  const EndpointPtr other_ = Named("other");
  std::map<std::string, WorkerState> states_;
};

TEST_F(WorkerStarterTest, ProjectsThatWantAtTheSameTimeShare) {
  const StartOutcome outcome = Start({Wish(hog_, 5), Wish(other_, 1)});
  EXPECT_EQ(WorkersOf(hog_), 1);
  EXPECT_EQ(WorkersOf(other_), 1);
  EXPECT_EQ(outcome.hindrances.at(hog_->id).obstacle, Obstacle::kFairShare);
  EXPECT_FALSE(outcome.hindrances.contains(other_->id));
}

TEST_F(WorkerStarterTest, AWorkerOfAProjectThatHasHadMoreMakesRoom) {
  EXPECT_TRUE(Start({Wish(hog_, 2)}).hindrances.empty());
  EXPECT_EQ(WorkersOf(hog_), 2);
  EXPECT_TRUE(Start({Wish(other_)}, absl::Seconds(60)).yielding.empty())
      << "who starts can not be told";
  states_ = {{"w-1", WorkerState::kRunning}, {"w-2", WorkerState::kIdle}};
  const StartOutcome outcome = Start({Wish(hog_, 3), Wish(other_)}, absl::Seconds(60));
  EXPECT_EQ(outcome.yielding, std::vector<std::string>{"w-2"});
  EXPECT_EQ(outcome.hindrances.at(other_->id).obstacle, Obstacle::kNoCapacity);
  states_["w-2"] = WorkerState::kDraining;
  EXPECT_TRUE(Start({Wish(hog_), Wish(other_)}).yielding.empty()) << "it is leaving already";
  driver_.End("w-2");
  Start({Wish(hog_), Wish(other_)});
  EXPECT_EQ(WorkersOf(other_), 1) << "the room is not taken by who made it";
}

TEST_F(WorkerStarterTest, NobodyYieldsToAWorkerThatNoJobWaitsFor) {
  Start({Wish(hog_, 2)});
  states_ = {{"w-1", WorkerState::kRunning}, {"w-2", WorkerState::kRunning}};
  StartWish warm = Wish(other_);
  warm.spare = 1;
  EXPECT_TRUE(Start({warm}, absl::Minutes(1)).yielding.empty());
  EXPECT_EQ(Start({Wish(other_)}).yielding.size(), 1U);
}

TEST_F(WorkerStarterTest, WithOneProjectNobodyYields) {
  Start({Wish(hog_, 2)});
  const StartOutcome outcome = Start({Wish(hog_)}, absl::Hours(1));
  EXPECT_TRUE(outcome.yielding.empty());
  EXPECT_EQ(outcome.hindrances.at(hog_->id),
            (Hindrance{.obstacle = Obstacle::kNoCapacity, .detail = "no free 1 x rtx4000"}));
}

TEST_F(WorkerStarterTest, TheDriverSaysWhyAGpuThatItHasNotCannotBeHad) {
  driver_.set_start_status(absl::FailedPreconditionError("this machine has no h100"));
  const StartOutcome outcome = Start({Wish(hog_, 1, {"h100"})});
  EXPECT_EQ(outcome.hindrances.at(hog_->id),
            (Hindrance{.obstacle = Obstacle::kCannotRun, .detail = "this machine has no h100"}));
  EXPECT_EQ(driver_.starts(), 1);
  EXPECT_EQ(Start({Wish(hog_, 1, {"h100"})}).hindrances.at(hog_->id).obstacle,
            Obstacle::kCannotRun);
  EXPECT_EQ(driver_.starts(), 1) << "it is asked once a minute";
}

TEST_F(WorkerStarterTest, AnEndpointWhoseWorkersEndEarlyIsTriedWithOneAtATime) {
  Start({Wish(hog_, 2)});
  for (const char* id : {"w-1", "w-2"}) {
    driver_.End(id);
    starter_.WorkerEndedEarly(*hog_, id);
  }
  EXPECT_EQ(Start({Wish(hog_, 2)}, absl::Milliseconds(1)).hindrances.at(hog_->id).obstacle,
            Obstacle::kStarting);
  EXPECT_EQ(driver_.starts(), 2);
  Start({Wish(hog_, 2)}, absl::Minutes(1));
  EXPECT_EQ(driver_.starts(), 3);
  starter_.WorkerWorks(hog_->id);
  Start({Wish(hog_, 1)});
  EXPECT_EQ(driver_.starts(), 4);
}

TEST_F(WorkerStarterTest, WhatTheLastWorkerSaidExplainsWhyJobsWait) {
  Start({Wish(hog_, 1)});
  driver_.End("w-1");
  starter_.WorkerEndedEarly(*hog_, "w-1", "memory: 2 GB of 4 GB");
  EXPECT_EQ(Start({Wish(hog_, 1)}, absl::Milliseconds(1)).hindrances.at(hog_->id).detail,
            "1 workers in a row ended before their first job, the last w-1: memory: 2 GB of 4 GB");
}

}  // namespace
}  // namespace furnace::scheduler
