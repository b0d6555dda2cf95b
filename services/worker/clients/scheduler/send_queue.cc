#include "services/worker/clients/scheduler/send_queue.h"

#include <utility>
#include <variant>

#include "services/worker/clients/scheduler/convert.h"

namespace furnace::worker {

void SendQueue::Push(Message message) {
  if (auto* heartbeat = std::get_if<Heartbeat>(&message)) {
    heartbeat_ = std::move(*heartbeat);
    return;
  }
  bytes_ += SizeOf(message);
  messages_.push_back(std::move(message));
}

Message SendQueue::Pop() {
  if (heartbeat_) return *std::exchange(heartbeat_, std::nullopt);
  Message message = std::move(messages_.front());
  messages_.pop_front();
  bytes_ -= SizeOf(message);
  return message;
}

}  // namespace furnace::worker
