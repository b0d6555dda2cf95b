#include "services/worker/domain/supervisor.h"

#include <algorithm>

namespace furnace::worker {

Supervisor::Action Supervisor::Due(absl::Time now) {
  if (phase_ == Phase::kDown && now >= restart_at_) return Action::kStart;
  if (phase_ == Phase::kStopping && now >= kill_at_) {
    kill_at_ = absl::InfiniteFuture();
    return Action::kKill;
  }
  return Action::kNothing;
}

absl::Time Supervisor::NextDeadline() const {
  const absl::Time ready_by = retired() ? absl::InfiniteFuture() : ready_by_;
  switch (phase_) {
    case Phase::kDown: return std::min(restart_at_, ready_by);
    case Phase::kUp: return ready_by;
    case Phase::kStopping: return kill_at_;
  }
  return absl::InfiniteFuture();
}

void Supervisor::Took() {
  took_ = true;
  failed_starts_ = 0;
  ready_by_ = absl::InfiniteFuture();
}

void Supervisor::Delivered() {
  backoff_.Reset();
  delivered_ = true;
}

void Supervisor::Stopping(absl::Time kill_at) {
  if (phase_ == Phase::kDown) return;
  kill_at_ = phase_ == Phase::kStopping ? std::min(kill_at_, kill_at) : kill_at;
  phase_ = Phase::kStopping;
}

void Supervisor::Exited(absl::Time now, bool well) {
  const bool as_asked = phase_ == Phase::kStopping || (well && delivered_);
  if (took_) {
    ready_by_ = now + ready_within_;
  } else if (!as_asked) {
    ++failed_starts_;
  }
  if (!retired()) restart_at_ = as_asked ? now : now + backoff_.Next();
  phase_ = Phase::kDown;
  kill_at_ = absl::InfiniteFuture();
  took_ = false;
  delivered_ = false;
}

}  // namespace furnace::worker
