// The handler's process: when it starts, stops and fails.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "services/worker/app/agent.h"

namespace furnace::worker {
namespace {

// The same for a handler that is to be replaced and has nothing to do.
constexpr absl::Duration kReplaceGrace = absl::Seconds(10);
// For results to reach the scheduler when the handler does not come up.
constexpr absl::Duration kFlushLimit = absl::Seconds(10);

}  // namespace

void Agent::AdvanceHandler(absl::Time now) {
  if (now >= NextStop()) StopHandler(options_.cancel_grace);
  if (!held_.has_abandoned()) stop_by_ = absl::InfiniteFuture();
  // The siblings of an abandoned job may run for long; a handler that is alone with it
  // is about to be replaced.
  if (StopDue() && held_.has_live()) ReleaseAll(AttemptState::kWaiting);
  if (replace_handler_ && held_.empty()) StopHandler(kReplaceGrace);
  if (supervisor_.Overdue(now) && !supervisor_.retired()) GiveUpStarting("did not ask for work");
  switch (supervisor_.Due(now)) {
    case Supervisor::Action::kStart:
      supervisor_.Started();
      ++generation_;
      if (ports_.monitor != nullptr) ports_.monitor->OnHandlerStarted();
      ports_.handler.Start(*this);
      break;
    case Supervisor::Action::kKill: ports_.handler.Kill(); break;
    case Supervisor::Action::kNothing: break;
  }
}

void Agent::OnAwaitStops(const std::shared_ptr<StopPoll>& poll) {
  if (stop_poll_ != nullptr) std::exchange(stop_poll_, nullptr)->Nothing();
  if (supervisor_.stopping()) {
    poll->Nothing();
    return;
  }
  const std::vector<std::string> ids = held_.TakeStopOrders();
  if (ids.empty()) {
    stop_poll_ = poll;
  } else {
    poll->Give(ids);
  }
}

void Agent::OnAwaitStopsEnded(const StopPoll* poll) {
  if (stop_poll_.get() == poll) stop_poll_ = nullptr;
}

void Agent::Abandon(const LeaseId& lease) {
  if (!held_.HasLease(lease)) return;
  held_.Abandon(lease);
  const absl::Time now = ports_.clock.Now();
  if (stop_poll_ == nullptr) {
    stop_by_ = std::min(stop_by_, now);
    return;
  }
  std::exchange(stop_poll_, nullptr)->Give(held_.TakeStopOrders());
  stop_by_ = std::min(stop_by_, now + options_.cancel_grace);
}

bool Agent::StopDue() const { return held_.has_abandoned() && ports_.clock.Now() >= stop_by_; }

// A handler is not stopped while it has jobs that somebody waits for. It gets no others
// meanwhile, so it is stopped by their timeouts at the latest.
absl::Time Agent::NextStop() const {
  const bool stoppable = held_.has_abandoned() && !held_.has_live() && !supervisor_.stopping();
  return stoppable ? stop_by_ : absl::InfiniteFuture();
}

void Agent::StopHandler(absl::Duration grace) {
  if (supervisor_.down()) return;
  if (!supervisor_.stopping()) ports_.handler.Terminate();
  supervisor_.Stopping(ports_.clock.Now() + grace);
  AnswerPolls();
}

void Agent::AnswerPolls() {
  for (const auto& poll : std::exchange(polls_, {})) poll->Nothing();
  if (stop_poll_ != nullptr) std::exchange(stop_poll_, nullptr)->Nothing();
}

void Agent::OnHandlerExit(bool well, const std::string& reason, const std::string& last_line) {
  spdlog::info("handler {}", reason);
  supervisor_.Exited(ports_.clock.Now(), well);
  replace_handler_ = false;
  sdk_.reset();
  AnswerPolls();
  for (const HeldJob& job : held_.RemoveAll()) {
    if (!job.abandoned) {
      Finish(job.lease, Failure(Cause::kHandlerExited, fmt::format("handler {}", reason)));
    }
  }
  gpu_peaks_.HandlerGone();
  if (supervisor_.failed_starts() >= Supervisor::kFailedStartsMax) {
    GiveUpStarting(last_line.empty() ? reason : fmt::format("{}: {}", reason, last_line));
  }
  Advance();
}

void Agent::GiveUpStarting(const std::string& why) {
  for (const LeaseId& lease : attempts_.In(AttemptState::kWaiting)) {
    Finish(lease, Failure(Cause::kHandlerExited, fmt::format("handler {}", why)));
  }
  if (was_ready_ && !supervisor_.Overdue(ports_.clock.Now())) return;
  spdlog::error("the handler does not come up: it {}", why);
  Shutdown(Ending::kNotReady, absl::ZeroDuration(), kFlushLimit);
}

}  // namespace furnace::worker
