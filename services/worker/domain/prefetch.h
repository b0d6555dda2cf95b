#pragma once

#include "absl/time/time.h"

namespace furnace::worker {

/// How many jobs to give to a handler at once that runs them one after another and idles
/// between takes: as many as it is likely to run in kTarget, for those behind the first
/// must not wait for long. Not thread-safe.
class Prefetch {
 public:
  static constexpr int kJobsMax = 20;
  static constexpr absl::Duration kTarget = absl::Seconds(1);
  /// Jobs that lie behind one that runs for longer than this are given to others.
  static constexpr absl::Duration kPatience = absl::Seconds(5);

  /// A job ran for so long. A long one counts at once, short ones make up for it slowly.
  void Ran(absl::Duration time);
  /// Nothing is known any more: the handler is another process, or failed.
  void Reset() { typical_ = absl::InfiniteDuration(); }

  /// From 1, which it is until something ran, to kJobsMax; given a job that has been
  /// running for `running`.
  int Jobs(absl::Duration running) const;

 private:
  absl::Duration typical_ = absl::InfiniteDuration();
};

}  // namespace furnace::worker
