#pragma once

#include "absl/time/time.h"
#include "services/worker/domain/backoff.h"

namespace furnace::worker {

/// When to start, stop and kill the handler's process. It decides; somebody else
/// does, and reports what happened. Not thread-safe.
class Supervisor {
 public:
  /// So many starts in a row may end before the handler asks for work.
  static constexpr int kFailedStartsMax = 3;
  static constexpr absl::Duration kRestartDelayMin = absl::Milliseconds(100);
  static constexpr absl::Duration kRestartDelayMax = absl::Seconds(10);

  enum class Action { kNothing, kStart, kKill };

  /// A handler may take `ready_within` to ask for work, restarts included.
  Supervisor(absl::Time now, absl::Duration ready_within)
      : ready_within_(ready_within), restart_at_(now), ready_by_(now + ready_within) {}

  /// What is to be done now. kStart until Started; kKill once.
  Action Due(absl::Time now);
  /// When Due may change by itself.
  absl::Time NextDeadline() const;

  // What happened.

  void Started() { phase_ = Phase::kUp; }
  /// The process asked for work.
  void Took();
  /// The process answered a job: whatever it does next is no crash loop.
  void Delivered();
  /// It was told to end, by `kill_at` at the latest. A later time than one set
  /// before is ignored. Nothing when no process runs.
  void Stopping(absl::Time kill_at);
  /// It ended, `well` with status 0. It is started again: at once when it was told
  /// to end or ended well after an answer, else after a delay that doubles.
  void Exited(absl::Time now, bool well);
  /// It is not started again.
  void Retire() { restart_at_ = absl::InfiniteFuture(); }

  bool down() const { return phase_ == Phase::kDown; }
  bool stopping() const { return phase_ == Phase::kStopping; }
  /// It asks for work and has not been told to end.
  bool ready() const { return phase_ == Phase::kUp && took_; }
  bool retired() const { return restart_at_ == absl::InfiniteFuture(); }

  /// Starts in a row that ended before the process asked for work.
  int failed_starts() const { return failed_starts_; }
  /// True when no process has asked for work for too long.
  bool Overdue(absl::Time now) const { return now >= ready_by_; }

 private:
  enum class Phase { kDown, kUp, kStopping };

  const absl::Duration ready_within_;
  Phase phase_ = Phase::kDown;
  absl::Time restart_at_;
  absl::Time kill_at_ = absl::InfiniteFuture();
  absl::Time ready_by_;  // InfiniteFuture once it took.
  bool took_ = false;
  bool delivered_ = false;
  int failed_starts_ = 0;
  Backoff backoff_{kRestartDelayMin, kRestartDelayMax};
};

}  // namespace furnace::worker
