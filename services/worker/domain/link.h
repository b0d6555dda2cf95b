#pragma once

#include "absl/time/time.h"
#include "services/worker/domain/backoff.h"

namespace furnace::worker {

/// When to dial the scheduler, send heartbeats and give up. It decides; somebody
/// else does, and reports what happened. Not thread-safe.
class Link {
 public:
  static constexpr absl::Duration kRedialMin = absl::Milliseconds(50);
  static constexpr absl::Duration kRedialMax = absl::Seconds(2);
  /// A session that is not welcomed within this is broken off.
  static constexpr absl::Duration kWelcomeWithin = absl::Seconds(10);

  enum class Action { kNothing, kDial, kBreakOff, kHeartbeat, kGiveUp };

  /// Gives up when the scheduler cannot be reached for `disconnect_limit`.
  explicit Link(absl::Duration disconnect_limit) : disconnect_limit_(disconnect_limit) {}

  /// What is to be done now. Each action is reported once.
  Action Due(absl::Time now);
  /// When Due may change by itself.
  absl::Time NextDeadline() const;

  // What happened.

  /// From now on a session is wanted. Nothing when it was before.
  void Want(absl::Time now);
  void Welcomed(absl::Time now, absl::Duration heartbeat);
  /// The session ended. `fraction` in [0, 1) spreads the next dial.
  void Closed(absl::Time now, double fraction);

  bool wanted() const { return phase_ != Phase::kIdle; }
  bool up() const { return phase_ == Phase::kUp; }
  /// True when no session was ever welcomed.
  bool first() const { return first_; }

 private:
  enum class Phase { kIdle, kWaiting, kDialing, kBreakingOff, kUp };

  const absl::Duration disconnect_limit_;
  Phase phase_ = Phase::kIdle;
  absl::Time due_ = absl::InfiniteFuture();      // Of the phase's action.
  absl::Time give_up_ = absl::InfiniteFuture();  // Not while up.
  absl::Duration heartbeat_;
  bool first_ = true;
  Backoff backoff_{kRedialMin, kRedialMax};
};

}  // namespace furnace::worker
