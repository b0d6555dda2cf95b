#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "absl/time/time.h"

namespace furnace::gateway::http {

/// One deadline that is moved far more often than it passes: moving it back costs
/// a store, for the timer is only set anew when it fires too early. Used on one
/// thread.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  /// `owner` holds this and is not kept alive by it; `on_passed` is not called
  /// once it is gone.
  Deadline(const boost::asio::any_io_executor& executor, std::function<void()> on_passed)
      : timer_(executor), on_passed_(std::move(on_passed)) {}

  void SetOwner(std::weak_ptr<void> owner) { owner_ = std::move(owner); }

  void Set(absl::Duration from_now) {
    due_ = Clock::now() + absl::ToChronoMicroseconds(from_now);
    if (due_ < armed_for_) Arm();
  }

  void Clear() { due_ = Clock::time_point::max(); }

  /// For good: nothing fires after this.
  void Stop() {
    Clear();
    timer_.cancel();
  }

 private:
  void Arm() {
    armed_for_ = due_;
    timer_.expires_at(due_);
    timer_.async_wait([this, owner = owner_](const boost::system::error_code& error) {
      const std::shared_ptr<void> alive = owner.lock();
      if (alive == nullptr || error) return;
      armed_for_ = Clock::time_point::max();
      if (due_ == Clock::time_point::max()) return;
      if (Clock::now() < due_) return Arm();
      Clear();
      on_passed_();
    });
  }

  boost::asio::steady_timer timer_;
  const std::function<void()> on_passed_;
  std::weak_ptr<void> owner_;
  Clock::time_point due_ = Clock::time_point::max();
  Clock::time_point armed_for_ = Clock::time_point::max();
};

}  // namespace furnace::gateway::http
