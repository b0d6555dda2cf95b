#include "services/worker/domain/attempt_state.h"

#include <algorithm>
#include <array>

namespace furnace::worker {
namespace {

struct Transition {
  AttemptState from;
  AttemptEvent event;
  AttemptState to;
};

using S = AttemptState;
using E = AttemptEvent;

// A cancel that finds a result changes nothing: the scheduler answers the result
// with Settled or LeaseLost.
constexpr std::array kTransitions = {
    Transition{S::kWaiting, E::kHandOut, S::kRunning},
    Transition{S::kWaiting, E::kFinish, S::kUnsettled},
    Transition{S::kWaiting, E::kRelease, S::kGone},
    Transition{S::kWaiting, E::kLose, S::kGone},
    Transition{S::kWaiting, E::kCancel, S::kGone},
    Transition{S::kRunning, E::kTakeBack, S::kWaiting},
    Transition{S::kRunning, E::kFinish, S::kUnsettled},
    Transition{S::kRunning, E::kRelease, S::kGone},
    Transition{S::kRunning, E::kLose, S::kGone},
    Transition{S::kRunning, E::kCancel, S::kGone},
    Transition{S::kUnsettled, E::kSettle, S::kGone},
    Transition{S::kUnsettled, E::kLose, S::kGone},
};

}  // namespace

std::optional<AttemptState> After(AttemptState state, AttemptEvent event) {
  const auto found =
      std::find_if(kTransitions.begin(), kTransitions.end(), [&](const Transition& transition) {
        return transition.from == state && transition.event == event;
      });
  if (found == kTransitions.end()) return std::nullopt;
  return found->to;
}

}  // namespace furnace::worker
