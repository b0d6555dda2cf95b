// How the agent ends: drains, stops the handler, sees its last results settled.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "services/worker/app/agent.h"

namespace furnace::worker {
namespace {

// Between SIGTERM and SIGKILL of a handler that has nothing to do: it must notice
// that its polls were answered.
constexpr absl::Duration kExitGrace = absl::Seconds(5);
// For the last results to be settled. What is not stays in the spool.
constexpr absl::Duration kFlushLimit = absl::Seconds(10);

}  // namespace

void Agent::Drain() {
  spdlog::info("draining: {} attempts on the books", attempts_.All().size());
  Shutdown(Ending::kDrained, options_.drain_grace, kFlushLimit);
  Advance();
}

void Agent::Shutdown(Ending ending, absl::Duration drain_grace, absl::Duration flush_limit) {
  const absl::Time drain_by = ports_.clock.Now() + drain_grace;
  if (phase_ == Phase::kServing) {
    phase_ = Phase::kDraining;
    phase_deadline_ = drain_by;
    flush_limit_ = flush_limit;
    ending_ = ending;
    // One that never was ready has no credits, and is no worker that was drained.
    if (was_ready_) ports_.scheduler.Send(Draining{});
    return;
  }
  // Trouble while it drains: only makes it end sooner.
  phase_deadline_ = std::min(phase_deadline_, drain_by);
  flush_limit_ = std::min(flush_limit_, flush_limit);
  if (ending != Ending::kDrained) ending_ = ending;
}

void Agent::AdvanceShutdown(absl::Time now) {
  if (phase_ == Phase::kServing) return;
  ReleaseAll(AttemptState::kWaiting);
  GiveBack(held_.Recall());
  if (phase_ == Phase::kDraining) {
    if (held_.has_live() && now < phase_deadline_) return;
    ReleaseAll(AttemptState::kRunning);
    supervisor_.Retire();
    StopHandler(kExitGrace);
    phase_ = Phase::kStopping;
    phase_deadline_ = absl::InfiniteFuture();
  }
  if (phase_ == Phase::kStopping) {
    if (!supervisor_.down()) return;
    phase_ = Phase::kFlushing;
    phase_deadline_ = now + flush_limit_;
  }
  const bool unsaid = attempts_.unsettled_count() > 0 || event_unsent_.has_value();
  if (unsaid && now < phase_deadline_) return;
  if (attempts_.unsettled_count() > 0) {
    spdlog::warn("{} results are not settled and stay in the spool", attempts_.unsettled_count());
  }
  phase_ = Phase::kDone;
  ports_.finished(ending_);
}

void Agent::GiveBack(const std::vector<LeaseId>& leases) {
  Release begun;
  Release unbegun{.leases = {}, .unbegun = true};
  for (const LeaseId& lease : leases) {
    const Attempt* attempt = attempts_.Find(lease);
    if (attempt == nullptr) continue;
    (attempt->has_begun() ? begun : unbegun).leases.push_back(lease);
    attempts_.Release(lease);
    unstored_.Drop(lease);
    held_.Abandon(lease);
  }
  // Without a session the leases lapse.
  if (!begun.leases.empty()) ports_.scheduler.Send(std::move(begun));
  if (!unbegun.leases.empty()) ports_.scheduler.Send(std::move(unbegun));
}

}  // namespace furnace::worker
