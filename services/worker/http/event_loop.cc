#include "services/worker/http/event_loop.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "absl/time/clock.h"

namespace furnace::worker {
namespace {

// Longer waits are split: a timer then never overflows.
constexpr absl::Duration kLongestWait = absl::Hours(1);

}  // namespace

EventLoop::EventLoop()
    : io_(1), timer_(io_), start_(absl::Now()), steady_start_(std::chrono::steady_clock::now()) {}

absl::Time EventLoop::Now() const {
  return start_ + absl::FromChrono(std::chrono::steady_clock::now() - steady_start_);
}

void EventLoop::Run() {
  const auto guard = boost::asio::make_work_guard(io_);
  io_.run();
}

void EventLoop::Post(std::function<void()> event) { boost::asio::post(io_, std::move(event)); }

void EventLoop::Set(absl::Time when, std::function<void()> ring) {
  timer_.cancel();
  if (when == absl::InfiniteFuture()) return;
  const absl::Duration wait = std::clamp(when - Now(), absl::ZeroDuration(), kLongestWait);
  timer_.expires_after(absl::ToChronoNanoseconds(wait));
  timer_.async_wait([ring = std::move(ring)](const boost::system::error_code& error) {
    if (!error) ring();
  });
}

}  // namespace furnace::worker
