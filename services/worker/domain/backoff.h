#pragma once

#include "absl/time/time.h"

namespace furnace::worker {

/// Delays that double from `first` to `last`.
class Backoff {
 public:
  Backoff(absl::Duration first, absl::Duration last) : first_(first), last_(last) {}

  /// The next delay.
  absl::Duration Next();
  /// The next delay, between half and the whole of it: `fraction` in [0, 1) says
  /// where. Spreads many workers that lost the same peer.
  absl::Duration NextWithJitter(double fraction) { return Next() * (0.5 + fraction / 2); }
  void Reset() { next_ = absl::ZeroDuration(); }

 private:
  const absl::Duration first_;
  const absl::Duration last_;
  absl::Duration next_ = absl::ZeroDuration();  // Zero: `first_`.
};

}  // namespace furnace::worker
