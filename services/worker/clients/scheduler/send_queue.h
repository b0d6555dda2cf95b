#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "services/worker/app/messages.h"

namespace furnace::worker {

/// Messages that wait to be written, in their order; but heartbeats go first, and only the
/// latest: leases must not lapse behind large results.
class SendQueue {
 public:
  void Push(Message message);
  /// Takes the next. There is one.
  Message Pop();

  bool empty() const { return !heartbeat_ && messages_.empty(); }
  /// Of payloads.
  std::size_t bytes() const { return bytes_; }

 private:
  std::optional<Heartbeat> heartbeat_;
  std::deque<Message> messages_;
  std::size_t bytes_ = 0;
};

}  // namespace furnace::worker
