// The small ones: backoff, SDK policy, link, supervisor.
#include <gtest/gtest.h>

#include "services/worker/domain/backoff.h"
#include "services/worker/domain/link.h"
#include "services/worker/domain/sdk_policy.h"
#include "services/worker/domain/supervisor.h"

namespace furnace::worker {
namespace {

const absl::Time kNow = absl::UnixEpoch();

TEST(WorkerBackoffTest, DoublesUpToItsLimit) {
  Backoff backoff(absl::Milliseconds(100), absl::Milliseconds(500));
  for (const int expected : {100, 200, 400, 500, 500}) {
    EXPECT_EQ(backoff.Next(), absl::Milliseconds(expected));
  }
  backoff.Reset();
  EXPECT_EQ(backoff.NextWithJitter(0.0), absl::Milliseconds(50));
  EXPECT_EQ(backoff.NextWithJitter(0.5), absl::Milliseconds(150));
}

struct AgentCase {
  std::string name;
  std::string user_agent;
  std::optional<SdkVersion> version;
  int hold_seconds;
  bool takes_arrays;
  bool pings_are_its_own;
};

class WorkerSdkPolicyTest : public ::testing::TestWithParam<AgentCase> {};

TEST_P(WorkerSdkPolicyTest, IsReadFromTheUserAgent) {
  EXPECT_EQ(ParseUserAgent(GetParam().user_agent), GetParam().version);
  const SdkPolicy policy = PolicyFor(GetParam().version);
  EXPECT_EQ(policy.hold, absl::Seconds(GetParam().hold_seconds));
  EXPECT_EQ(policy.takes_arrays, GetParam().takes_arrays);
  EXPECT_EQ(policy.pings_are_its_own, GetParam().pings_are_its_own);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WorkerSdkPolicyTest,
    ::testing::ValuesIn<AgentCase>({
        {"Current", "RunPod-Python-SDK/1.12.0 (Linux) Language/Python 3.11", SdkVersion{1, 12, 0},
         55, true, true},
        {"Old", "RunPod-Python-SDK/1.4.2 (Linux)", SdkVersion{1, 4, 2}, 25, false, true},
        {"BeforeArrays", "RunPod-Python-SDK/1.7.3 (Linux)", SdkVersion{1, 7, 3}, 25, false, true},
        {"FirstArrays", "RunPod-Python-SDK/1.7.4 (Linux)", SdkVersion{1, 7, 4}, 25, true, true},
        {"BeforeLongPolls", "RunPod-Python-SDK/1.7.6", SdkVersion{1, 7, 6}, 25, true, true},
        {"FirstLongPolls", "RunPod-Python-SDK/1.7.7", SdkVersion{1, 7, 7}, 55, true, true},
        {"BeforeSharedLists", "RunPod-Python-SDK/1.7.10 (Linux)", SdkVersion{1, 7, 10}, 55, true,
         true},
        {"FirstSharedList", "RunPod-Python-SDK/1.7.11", SdkVersion{1, 7, 11}, 55, true, false},
        {"LastSharedList", "RunPod-Python-SDK/1.10.0 (Linux)", SdkVersion{1, 10, 0}, 55, true,
         false},
        {"AfterSharedLists", "RunPod-Python-SDK/1.10.1 (Linux)", SdkVersion{1, 10, 1}, 55, true,
         true},
        {"Development", "RunPod-Python-SDK/unknown (Linux)", std::nullopt, 25, false, true},
        {"Partial", "RunPod-Python-SDK/1.7", std::nullopt, 25, false, true},
        {"Other", "curl/7.88.1", std::nullopt, 25, false, true},
        {"None", "", std::nullopt, 25, false, true},
    }),
    [](const auto& test) { return test.param.name; });

TEST(WorkerLinkTest, DialsOnceItIsWanted) {
  Link link(absl::Minutes(5));
  EXPECT_EQ(link.Due(kNow), Link::Action::kNothing);
  link.Want(kNow);
  EXPECT_EQ(link.Due(kNow), Link::Action::kDial);
  EXPECT_EQ(link.Due(kNow), Link::Action::kNothing);
}

TEST(WorkerLinkTest, BeatsFromTheWelcomeOn) {
  Link link(absl::Minutes(5));
  link.Want(kNow);
  link.Due(kNow);
  link.Welcomed(kNow, absl::Seconds(5));
  EXPECT_TRUE(link.up());
  EXPECT_EQ(link.NextDeadline(), kNow + absl::Seconds(5));
  EXPECT_EQ(link.Due(kNow + absl::Seconds(5)), Link::Action::kHeartbeat);
  EXPECT_EQ(link.NextDeadline(), kNow + absl::Seconds(10));
}

TEST(WorkerLinkTest, DialsAgainSlowerAndSlower) {
  Link link(absl::Minutes(5));
  link.Want(kNow);
  absl::Time now = kNow;
  for (const int delay_ms : {50, 100, 200, 400, 800, 1600, 2000, 2000}) {
    ASSERT_EQ(link.Due(now), Link::Action::kDial);
    link.Closed(now, 1.0);
    EXPECT_EQ(link.NextDeadline(), now + absl::Milliseconds(delay_ms));
    now = link.NextDeadline();
  }
}

TEST(WorkerLinkTest, GivesUpOnceAfterTheLimit) {
  Link link(absl::Seconds(30));
  link.Want(kNow);
  link.Due(kNow);
  link.Welcomed(kNow, absl::Seconds(60));
  EXPECT_EQ(link.Due(kNow + absl::Seconds(40)), Link::Action::kNothing);
  link.Closed(kNow + absl::Seconds(40), 0);
  EXPECT_EQ(link.Due(kNow + absl::Seconds(70)), Link::Action::kGiveUp);
  EXPECT_NE(link.Due(kNow + absl::Seconds(70)), Link::Action::kGiveUp);
}

TEST(WorkerSupervisorTest, StartsAtOnce) {
  Supervisor supervisor(kNow, absl::Minutes(7));
  EXPECT_EQ(supervisor.Due(kNow), Supervisor::Action::kStart);
  supervisor.Started();
  EXPECT_EQ(supervisor.Due(kNow), Supervisor::Action::kNothing);
  EXPECT_FALSE(supervisor.ready());
  supervisor.Took();
  EXPECT_TRUE(supervisor.ready());
}

TEST(WorkerSupervisorTest, KillsOnceWhenTheGraceIsOver) {
  Supervisor supervisor(kNow, absl::Minutes(7));
  supervisor.Started();
  supervisor.Stopping(kNow + absl::Seconds(5));
  supervisor.Stopping(kNow + absl::Seconds(2));
  supervisor.Stopping(kNow + absl::Seconds(9));
  EXPECT_EQ(supervisor.Due(kNow + absl::Seconds(1)), Supervisor::Action::kNothing);
  EXPECT_EQ(supervisor.Due(kNow + absl::Seconds(2)), Supervisor::Action::kKill);
  EXPECT_EQ(supervisor.Due(kNow + absl::Seconds(2)), Supervisor::Action::kNothing);
}

TEST(WorkerSupervisorTest, CountsStartsThatEndBeforeATake) {
  Supervisor supervisor(kNow, absl::Minutes(7));
  for (int i = 1; i <= 3; ++i) {
    supervisor.Started();
    supervisor.Exited(kNow, false);
    EXPECT_EQ(supervisor.failed_starts(), i);
  }
  supervisor.Started();
  supervisor.Took();
  EXPECT_EQ(supervisor.failed_starts(), 0);
}

TEST(WorkerSupervisorTest, AStopIsNoFailedStart) {
  Supervisor supervisor(kNow, absl::Minutes(7));
  supervisor.Started();
  supervisor.Stopping(kNow);
  supervisor.Exited(kNow, false);
  EXPECT_EQ(supervisor.failed_starts(), 0);
  EXPECT_EQ(supervisor.Due(kNow), Supervisor::Action::kStart);
}

TEST(WorkerSupervisorTest, IsOverdueWhenNoProcessTakes) {
  Supervisor supervisor(kNow, absl::Minutes(7));
  supervisor.Started();
  EXPECT_FALSE(supervisor.Overdue(kNow + absl::Minutes(6)));
  EXPECT_TRUE(supervisor.Overdue(kNow + absl::Minutes(7)));
  supervisor.Took();
  EXPECT_FALSE(supervisor.Overdue(kNow + absl::Hours(7)));
  supervisor.Exited(kNow + absl::Hours(7), false);
  EXPECT_TRUE(supervisor.Overdue(kNow + absl::Hours(7) + absl::Minutes(7)));
}

TEST(WorkerSupervisorTest, StaysDownWhenRetired) {
  Supervisor supervisor(kNow, absl::Minutes(7));
  supervisor.Started();
  supervisor.Retire();
  supervisor.Exited(kNow, true);
  EXPECT_EQ(supervisor.Due(kNow + absl::Hours(1)), Supervisor::Action::kNothing);
  EXPECT_EQ(supervisor.NextDeadline(), absl::InfiniteFuture());
}

}  // namespace
}  // namespace furnace::worker
