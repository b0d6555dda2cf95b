#include <set>

#include "services/scheduler/app/relay.h"
#include "tests/support/scheduler/memory_worker_lives.h"
#include "tests/support/scheduler/relay_fixture.h"

namespace furnace::scheduler {
namespace {

using RelayUsageTest = RelayFixture;

TEST_F(RelayUsageTest, SlicesOfLifetimesGoToHistoryAndAreBilledOnce) {
  MemoryWorkerLives lives{queue_};
  const auto hear = [&](WorkerPresence::State state) {
    lives.Keep({.endpoint_id = endpoint_.id,
                .project_id = endpoint_.project_id,
                .always_on = 1,
                .lapse = absl::Hours(10),
                .workers = {{.worker = AWorker(), .state = state, .life_id = NewId()}}},
               [](const absl::StatusOr<std::set<std::string>>&) {});
  };
  hear(WorkerPresence::State::kIdle);
  const absl::Time begin = clock_.Now();
  const std::string id = Complete(Success());
  clock_.Advance(absl::Hours(2));
  for (const int shard : leader_.Led()) ASSERT_TRUE(log_.Sweep(shard, 100).ok());
  usage_.FailNext({absl::OkStatus(), absl::UnavailableError("down")});
  EXPECT_FALSE(relay_.Run().ok());
  EXPECT_FALSE(Empty());
  hear(WorkerPresence::State::kEnded);
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_TRUE(Empty());
  EXPECT_TRUE(usage_.recorded().at({.job_id = id, .epoch = 1}).covered);
  ASSERT_EQ(usage_.slices().size(), 3U);
  ASSERT_EQ(attempts_.slices().size(), 3U);
  absl::Duration sum;
  for (const auto& [key, slice] : usage_.slices()) {
    sum += slice.slice.end - slice.slice.start;
    EXPECT_EQ(slice.slice, attempts_.slices().at(key).slice);
  }
  EXPECT_EQ(sum, clock_.Now() - begin);
}

TEST_F(RelayUsageTest, ASliceThatCanNeverBeBilledDoesNotHoldUpOthers) {
  MemoryWorkerLives lives{queue_};
  const std::string bad = NewId();
  const std::string good = NewId();
  for (const auto state : {WorkerPresence::State::kIdle, WorkerPresence::State::kEnded}) {
    lives.Keep({.endpoint_id = endpoint_.id,
                .project_id = endpoint_.project_id,
                .always_on = 2,
                .lapse = absl::Hours(1),
                .workers = {{.worker = AWorker("a"), .state = state, .life_id = bad},
                            {.worker = AWorker("b"), .state = state, .life_id = good}}},
               [](const absl::StatusOr<std::set<std::string>>&) {});
    clock_.Advance(absl::Seconds(1));
  }
  usage_.Refuse(bad);
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_TRUE(Empty());
  ASSERT_EQ(usage_.slices().size(), 1U);
  EXPECT_EQ(usage_.slices().begin()->first.first, good);
}

TEST_F(RelayUsageTest, PartsOfAnAttemptAreBilledWhileItRunsAndTheEndHasTheRest) {
  const std::string id = Submit();
  const LeaseId lease = Claim(1).at(0).lease;
  const absl::Time begin = clock_.Now();
  clock_.Advance(absl::Minutes(150));
  RenewFor(lease);
  usage_.FailNext({absl::UnavailableError("down")});
  EXPECT_FALSE(relay_.Run().ok());
  EXPECT_FALSE(Empty());
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_TRUE(Empty());
  EXPECT_TRUE(usage_.recorded().empty()) << "it runs on";
  const std::size_t parts = usage_.parts().size();
  ASSERT_GE(parts, 2U);
  Settle(lease, Success());
  ASSERT_TRUE(relay_.Run().ok());
  EXPECT_EQ(usage_.parts().size(), parts);
  const AttemptEnd& end = usage_.recorded().at(lease);
  EXPECT_EQ(end.start, begin);
  EXPECT_EQ(end.reported.count, static_cast<int>(parts));
  EXPECT_EQ(end.reported.until, usage_.parts().rbegin()->second.part.end);
  EXPECT_EQ(Past(id)->job.gpu_time_us, absl::ToInt64Microseconds(absl::Minutes(150)));
}

TEST_F(RelayUsageTest, PartsOfAnAttemptThatThePlatformLosesAreTakenBack) {
  Submit();
  const LeaseId lease = Claim(1).at(0).lease;
  const absl::Time begin = clock_.Now();
  clock_.Advance(absl::Minutes(150));
  RenewFor(lease);
  ASSERT_TRUE(relay_.Run().ok());
  const std::size_t parts = usage_.parts().size();
  const absl::Time reported = usage_.parts().rbegin()->second.part.end;
  Settle(lease, {.cause = FailureCause::kWorkerLost, .error = "gone"});
  ASSERT_TRUE(relay_.Run().ok());
  ASSERT_EQ(usage_.parts().size(), parts + 1);
  const auto& [key, back] = *usage_.parts().rbegin();
  EXPECT_EQ(back.taken_back, FailureCause::kWorkerLost);
  EXPECT_EQ(back.part,
            (LeasePart{.number = static_cast<int>(parts) + 2, .start = begin, .end = reported}));
  EXPECT_EQ(back.project_id, endpoint_.project_id);
}

}  // namespace
}  // namespace furnace::scheduler
