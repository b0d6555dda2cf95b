#include "services/worker/domain/link.h"

#include <algorithm>

namespace furnace::worker {

Link::Action Link::Due(absl::Time now) {
  if (now >= give_up_) {
    give_up_ = absl::InfiniteFuture();
    return Action::kGiveUp;
  }
  if (now < due_) return Action::kNothing;
  switch (phase_) {
    case Phase::kWaiting:
      phase_ = Phase::kDialing;
      due_ = now + kWelcomeWithin;
      return Action::kDial;
    case Phase::kDialing:
      phase_ = Phase::kBreakingOff;
      due_ = absl::InfiniteFuture();
      return Action::kBreakOff;
    case Phase::kUp: due_ = now + heartbeat_; return Action::kHeartbeat;
    case Phase::kIdle:
    case Phase::kBreakingOff: break;
  }
  return Action::kNothing;
}

absl::Time Link::NextDeadline() const { return std::min(due_, give_up_); }

void Link::Want(absl::Time now) {
  if (wanted()) return;
  phase_ = Phase::kWaiting;
  due_ = now;
  give_up_ = now + disconnect_limit_;
}

void Link::Welcomed(absl::Time now, absl::Duration heartbeat) {
  if (phase_ != Phase::kDialing) return;
  phase_ = Phase::kUp;
  heartbeat_ = heartbeat;
  due_ = now + heartbeat;
  give_up_ = absl::InfiniteFuture();
  first_ = false;
  backoff_.Reset();
}

void Link::Closed(absl::Time now, double fraction) {
  if (up()) give_up_ = now + disconnect_limit_;
  phase_ = Phase::kWaiting;
  due_ = now + backoff_.NextWithJitter(fraction);
}

}  // namespace furnace::worker
