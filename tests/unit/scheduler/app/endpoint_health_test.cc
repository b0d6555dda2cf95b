#include "services/scheduler/app/endpoint_health.h"

#include "tests/support/scheduler/dispatcher_fixture.h"

namespace furnace::scheduler {
namespace {

class EndpointHealthTest : public DispatcherFixture {
 protected:
  EndpointHealthTest() {
    source_.Put(endpoint_);
    EXPECT_TRUE(catalog_.Refresh().ok());
    leader_.Renew();
  }

  EndpointHealth Read() { return health_.Read(endpoint_.id).value(); }

  void Record(JobStatus status) {
    JobRecord record;
    record.job.id = NewJobId(endpoint_.id);
    record.job.endpoint_id = endpoint_.id;
    record.job.status = status;
    record.job.version = 1;
    ASSERT_TRUE(history_.Save({record}).ok());
  }

  ShardLeader leader_{log_, "a", kTestShards};
  FakeDriver driver_{clock_};
  Fleet fleet_{driver_, dispatcher_, catalog_, log_, leader_, clock_, kTestShards};
  HealthReader health_{log_, history_, fleet_, clock_};
};

TEST_F(EndpointHealthTest, JobsAreCountedWhereTheyAre) {
  Submit();
  Submit();
  Submission delayed = ASubmission(endpoint_.id, endpoint_.project_id);
  delayed.items[0].not_before = clock_.Now() + absl::Hours(1);
  Submit(std::move(delayed));
  Join("w-1", 1);
  Record(JobStatus::kCompleted);
  Record(JobStatus::kTimedOut);
  const EndpointHealth health = Read();
  EXPECT_EQ(health.in_queue, 2);
  EXPECT_EQ(health.in_progress, 1);
  EXPECT_EQ(health.ended, (JobTally{.completed = 1, .failed = 1}));
}

TEST_F(EndpointHealthTest, WorkersAreCountedByTheirState) {
  Submit();
  fleet_.Scale();
  EXPECT_EQ(Read().workers, (std::map<WorkerState, int>{{WorkerState::kStarting, 1}}));
  Join("w-1", 1);
  EXPECT_EQ(Read().workers, (std::map<WorkerState, int>{{WorkerState::kRunning, 1}}));
}

TEST_F(EndpointHealthTest, WhatHasEndedIsCountedEveryFiveSeconds) {
  EXPECT_EQ(Read().ended.completed, 0);
  Record(JobStatus::kCompleted);
  clock_.Advance(HealthReader::kTallyFor - absl::Nanoseconds(1));
  EXPECT_EQ(Read().ended.completed, 0);
  clock_.Advance(absl::Nanoseconds(1));
  EXPECT_EQ(Read().ended.completed, 1);
}

TEST_F(EndpointHealthTest, WithoutHistoryThereIsNoAnswer) {
  history_.set_status(absl::UnavailableError("gone"));
  EXPECT_TRUE(absl::IsUnavailable(health_.Read(endpoint_.id).status()));
}

}  // namespace
}  // namespace furnace::scheduler
