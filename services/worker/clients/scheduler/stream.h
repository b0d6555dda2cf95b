#pragma once

#include <grpcpp/channel.h>

#include <cstddef>
#include <memory>
#include <string>

#include "services/worker/app/ports.h"

namespace furnace::worker {

/// Sessions with the scheduler over gRPC, on two threads each: one that waits for
/// messages, one that writes what has gathered. The sync API: its answer to an idle
/// stream is a blocked thread and not, as with callbacks, a nap of 100 ms.
class SchedulerStream final : public SchedulerPort {
 public:
  /// `token` is the worker's; events arrive through `mailbox`.
  SchedulerStream(std::shared_ptr<grpc::Channel> channel, std::string token, Mailbox& mailbox);
  /// Writes what was sent, for kFarewell at most, and ends the session.
  ~SchedulerStream() override;

  void Dial(const Hello& hello, SchedulerEvents& events) override;
  void Send(Message message) override;
  std::size_t backlog_bytes() const override;
  void BreakOff() override;

  static constexpr absl::Duration kFarewell = absl::Seconds(2);

 private:
  class Session;

  const std::shared_ptr<grpc::Channel> channel_;
  const std::string token_;
  Mailbox& mailbox_;
  std::unique_ptr<Session> session_;
};

}  // namespace furnace::worker
