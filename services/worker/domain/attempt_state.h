#pragma once

#include <optional>

namespace furnace::worker {

/// Where an attempt is, from its assignment to the scheduler's last word on it.
enum class AttemptState {
  kWaiting,    // Leased to us; no handler has taken it.
  kRunning,    // With the handler.
  kUnsettled,  // It has ended; the scheduler has not confirmed that it knows.
  kGone,       // Nothing is left to do.
};

enum class AttemptEvent {
  kHandOut,   // Given to the handler.
  kTakeBack,  // It turned out that the handler did not get it.
  kFinish,    // A result, or a reason why there will be none.
  kRelease,   // We give it back unrun.
  kSettle,    // The scheduler has the result.
  kLose,      // The lease is not ours any more.
  kCancel,    // A client cancelled the job.
};

/// The state after `event`, or nullopt when the event has no meaning there and is
/// ignored, as a result for an attempt that has one already.
std::optional<AttemptState> After(AttemptState state, AttemptEvent event);

}  // namespace furnace::worker
