#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/worker/app/agent.h"
#include "tests/support/worker/fake_ports.h"

namespace furnace::worker::testing {

/// An agent in a world of fakes, and the things that happen to it.
class AgentTest : public ::testing::Test {
 protected:
  static constexpr absl::Duration kGrace = absl::Seconds(20);
  static constexpr absl::Duration kCancelGrace = absl::Seconds(3);
  static constexpr absl::Duration kDisconnectLimit = absl::Minutes(5);
  static constexpr std::size_t kUnsettledBytesMax = 1000;
  static constexpr absl::Duration kHeartbeat = absl::Seconds(5);

  /// The agent, with its handler started but silent.
  void Start(int concurrency = 1, std::vector<SpoolRecord> left = {});
  /// Likewise, with the handler waiting for work and the scheduler connected.
  void StartServing(int concurrency = 1);

  /// Time passes; what falls due on the way is done when it falls due.
  void Pass(absl::Duration time);

  std::shared_ptr<FakePoll> Take(std::optional<bool> in_progress = false, std::size_t jobs_max = 1);
  /// A take of a handler that is built on this release; that of others is Take's.
  std::shared_ptr<FakePoll> TakeAs(const SdkVersion& sdk, std::size_t jobs_max = 1);
  void Welcome() { agent_->OnWelcome(kHeartbeat); }
  void Disconnect(absl::StatusCode code = absl::StatusCode::kUnavailable) {
    agent_->OnDisconnected(absl::Status(code, "test"));
  }
  /// The scheduler leases jobs to us, each under the epoch 1.
  void Assign(const std::vector<std::string>& job_ids, absl::Duration timeout = absl::Minutes(10));
  std::shared_ptr<FakeReply> Done(const std::string& job_id, const std::string& output = "1");
  std::shared_ptr<FakeReply> Chunk(const std::string& job_id, const std::string& chunk);
  void Exit(bool well = false, const std::string& reason = "exited with status 3") {
    agent_->OnHandlerExit(well, reason, "last words");
  }

  std::vector<Result> results() const { return scheduler_.Sent<Result>(); }
  /// Credits the scheduler was given in Hello, Credit and Result since the start.
  int credits() const;

  FakeClock clock_;
  FakeAlarm alarm_;
  FakeSchedulerPort scheduler_;
  FakeHandlerPort handler_;
  FakeSpool spool_;
  FakeGpuPort gpus_;
  FakeMonitor monitor_;
  std::optional<Ending> ending_;
  std::unique_ptr<Agent> agent_;
  std::shared_ptr<FakePoll> poll_;  // StartServing's.
};

}  // namespace furnace::worker::testing
