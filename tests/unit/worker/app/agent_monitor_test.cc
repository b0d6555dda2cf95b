// What whoever watches the agent is told.
#include <gmock/gmock.h>

#include "tests/support/worker/agent_fixture.h"

namespace furnace::worker::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

using WorkerAgentMonitor = AgentTest;

TEST_F(WorkerAgentMonitor, EachAttemptEndsOnceWithItsTime) {
  StartServing(2);
  Assign({"a"});
  Pass(absl::Seconds(2));
  Done("a");
  Take(std::nullopt);
  Assign({"b"}, absl::Seconds(3));
  Pass(absl::Seconds(3));
  Exit();
  Pass(absl::Seconds(1));
  Take();
  Assign({"c"});
  Exit();
  EXPECT_THAT(monitor_.ended, ElementsAre(Pair(Cause::kNone, absl::Seconds(2)),
                                          Pair(Cause::kTimeout, absl::Seconds(3)),
                                          Pair(Cause::kHandlerExited, absl::ZeroDuration())));
}

TEST_F(WorkerAgentMonitor, EachStartOfTheHandlerCounts) {
  StartServing();
  EXPECT_EQ(monitor_.handler_starts, 1);
  Exit();
  Pass(absl::Seconds(1));
  EXPECT_EQ(monitor_.handler_starts, 2);
}

TEST_F(WorkerAgentMonitor, FiguresFollowAJobOnItsWay) {
  Start();
  EXPECT_EQ(monitor_.figures, AgentFigures());
  Take();
  Welcome();
  EXPECT_EQ(monitor_.figures, (AgentFigures{.takes_held = 1, .connected = true}));
  Assign({"a"});
  EXPECT_EQ(monitor_.figures, (AgentFigures{.jobs_running = 1, .connected = true}));
  Done("a", "12345");
  EXPECT_EQ(monitor_.figures, (AgentFigures{.results = 1, .result_bytes = 5, .connected = true}));
  agent_->OnSettled({{"a", 1}});
  EXPECT_EQ(monitor_.figures, (AgentFigures{.connected = true}));
  Disconnect();
  EXPECT_EQ(monitor_.figures, AgentFigures());
}

}  // namespace
}  // namespace furnace::worker::testing
