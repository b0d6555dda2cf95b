// The handler's process: when it starts, stops and fails.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "services/worker/app/agent.h"
#include "services/worker/domain/handler_environment.h"
#include "services/worker/domain/text.h"

namespace furnace::worker {
namespace {

// The same for a handler that is to be replaced and has nothing to do.
constexpr absl::Duration kReplaceGrace = absl::Seconds(10);
// What is announced when a process ends before it asks for work.
constexpr std::string_view kStartCheck = "start";
// For results to reach the scheduler when the handler does not come up.
constexpr absl::Duration kFlushLimit = absl::Seconds(10);

}  // namespace

void Agent::AdvanceHandler(absl::Time now) {
  if (now >= NextStop()) StopHandler(options_.cancel_grace);
  // Of what it has stopped nothing more may be heard, where its heartbeats say nothing.
  if (StopDue() && held_.has_live() && !policy().pings_are_its_own) held_.DropStopped();
  if (!held_.has_abandoned()) stop_by_ = absl::InfiniteFuture();
  // The siblings of an abandoned job may run for long; a handler that is alone with it
  // is about to be replaced.
  if (StopDue() && held_.has_live()) {
    WithdrawCredits();
    ReleaseAll(AttemptState::kWaiting);
  }
  if (replace_handler_ && !held_.begun_since()) StopHandler(kReplaceGrace);
  if (supervisor_.Overdue(now) && !supervisor_.retired()) {
    Announce(kStartCheck, "handler did not ask for work in time");
    GiveUpStarting("did not ask for work");
  }
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
  const std::vector<std::string> ids = held_.TakeStopOrders(ports_.clock.Now());
  if (ids.empty()) {
    stop_poll_ = poll;
    return;
  }
  poll->Give(ids);
  // What is never to begin does not wait for that.
  if (!held_.has_unwanted()) stop_by_ = held_.first_stop_order() + StopGrace();
  Advance();
}

void Agent::OnAwaitStopsEnded(const StopPoll* poll) {
  if (stop_poll_.get() == poll) stop_poll_ = nullptr;
}

void Agent::Abandon(const LeaseId& lease) {
  if (!held_.HasLease(lease)) return;
  held_.Abandon(lease);
  // One that lies behind another cannot be stopped yet.
  if (held_.Find(lease.job_id)->begun) AskToStop(ports_.clock.Now());
}

void Agent::AskToStop(absl::Time by) {
  if (stop_poll_ != nullptr) {
    std::exchange(stop_poll_, nullptr)->Give(held_.TakeStopOrders(ports_.clock.Now()));
    by = held_.first_stop_order() + StopGrace();
  }
  stop_by_ = std::min(stop_by_, by);
}

// A handler that runs several jobs may show only in its heartbeats that it has stopped one.
absl::Duration Agent::StopGrace() const {
  return options_.cancel_grace + (Concurrency() > 1 ? 2 * kPingInterval : absl::ZeroDuration());
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
  // First, for SDKs end only when their polls have.
  AnswerPolls();
  if (!supervisor_.stopping()) ports_.handler.Terminate();
  // What it would run next is not to begin.
  if (!held_.empty() && !held_.begun_since()) grace = absl::ZeroDuration();
  supervisor_.Stopping(ports_.clock.Now() + grace);
}

void Agent::AnswerPolls() {
  for (const auto& poll : std::exchange(polls_, {})) poll->Nothing();
  if (stop_poll_ != nullptr) std::exchange(stop_poll_, nullptr)->Nothing();
}

void Agent::OnHandlerExit(bool well, const std::string& reason, const std::string& last_line) {
  spdlog::info("handler {}", reason);
  // It was replaced for the jobs that lay behind a long one: what is known stays true.
  const bool recalled = supervisor_.stopping() && held_.has_unwanted();
  supervisor_.Exited(ports_.clock.Now(), well);
  replace_handler_ = false;
  sdk_.reset();
  asked_ = 1;
  AnswerPolls();
  if (!recalled) prefetch_.Reset();
  GiveUp(held_.RemoveAll(), Cause::kHandlerExited, fmt::format("handler {}", reason));
  gpu_peaks_.HandlerGone();
  if (supervisor_.failed_starts() > 0) {
    // What it said of its health explains more than what it wrote last.
    const std::string words = event_ && event_->check != kStartCheck
                                  ? fmt::format("{}: {}", event_->check, event_->reason)
                                  : last_line;
    const std::string why = words.empty() ? reason : fmt::format("{}: {}", reason, words);
    if (words == last_line) Announce(kStartCheck, fmt::format("handler {}", why));
    if (supervisor_.failed_starts() >= Supervisor::kFailedStartsMax) GiveUpStarting(why);
  }
  Advance();
}

void Agent::OnUnhealthy(std::string_view check, std::string_view reason) {
  Announce(check, reason);
  Advance();
}

void Agent::Announce(std::string_view check, std::string_view reason) {
  event_ = Event{CleanUtf8(check, kCheckBytesMax), CleanUtf8(reason, kReasonBytesMax)};
  spdlog::warn("{}: {}", event_->check, event_->reason);
  if (link_.up()) {
    ports_.scheduler.Send(*event_);
  } else {
    event_unsent_ = event_;
    link_.Want(ports_.clock.Now());
  }
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
