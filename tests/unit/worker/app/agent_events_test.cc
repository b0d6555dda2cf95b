// What the agent tells people of its handler.
#include <gmock/gmock.h>

#include "tests/support/worker/agent_fixture.h"

namespace furnace::worker::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

using WorkerAgentEvents = AgentTest;

TEST_F(WorkerAgentEvents, WhyItDoesNotComeUpIsTold) {
  Start();
  Exit();
  ASSERT_THAT(scheduler_.hellos, SizeIs(1)) << "it dials to say so";
  EXPECT_EQ(scheduler_.hellos[0].credits, 0);
  Welcome();
  ASSERT_THAT(scheduler_.Sent<Event>(), SizeIs(1));
  EXPECT_EQ(scheduler_.Sent<Event>()[0].check, "start");
  EXPECT_EQ(scheduler_.Sent<Event>()[0].reason, "handler exited with status 3: last words");
  for (int i = 0; i < 2; ++i) {
    Pass(absl::Seconds(1));
    Exit();
  }
  EXPECT_THAT(scheduler_.Sent<Event>(), SizeIs(3));
  EXPECT_EQ(ending_, Ending::kNotReady);
  EXPECT_THAT(scheduler_.Sent<Draining>(), IsEmpty()) << "it is not one that was drained";
}

TEST_F(WorkerAgentEvents, WhatItSaysOfItsHealthExplainsItsEnd) {
  Start();
  for (int i = 0; i < 3; ++i) {
    agent_->OnUnhealthy("memory", "2 GB of 4 GB");
    Welcome();
    Exit();
    Pass(absl::Seconds(1));
  }
  EXPECT_EQ(ending_, Ending::kNotReady);
  EXPECT_EQ(scheduler_.Sent<Event>().back().check, "memory");
  EXPECT_EQ(scheduler_.Sent<Event>().back().reason, "2 GB of 4 GB");
}

TEST_F(WorkerAgentEvents, AComplaintIsForgottenOnceItAsksForWork) {
  Start();
  agent_->OnUnhealthy("memory", "2 GB of 4 GB");
  Take();
  Assign({"a"});
  Exit();
  Pass(absl::Seconds(1));
  Exit();
  Welcome();
  EXPECT_EQ(scheduler_.Sent<Event>().back().check, "start");
}

}  // namespace
}  // namespace furnace::worker::testing
