#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>

#include "libs/common/base/clock.h"
#include "services/worker/app/ports.h"

namespace furnace::worker {

/// The thread that everything happens on: sockets, timers and posted events.
///
/// Its clock agrees with the system's at construction and then only ever goes on,
/// whatever happens to the system's.
class EventLoop final : public Mailbox, public Alarm, public Clock {
 public:
  EventLoop();

  boost::asio::io_context& io() { return io_; }

  /// Runs events on this thread until Stop.
  void Run();
  /// From any thread. What was posted and not run is dropped.
  void Stop() { io_.stop(); }

  void Post(std::function<void()> event) override;
  absl::Time Now() const override;
  /// Only from an event, or before Run.
  void Set(absl::Time when, std::function<void()> ring) override;

 private:
  boost::asio::io_context io_;
  boost::asio::steady_timer timer_;
  const absl::Time start_;
  const std::chrono::steady_clock::time_point steady_start_;
};

}  // namespace furnace::worker
