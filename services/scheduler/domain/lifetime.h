// The lifetime of an always-on worker, which is billed in place of its attempts. This is the
// specification; storage/redis/lua/lib/lives.lua does the same to what Redis holds.
#pragma once

#include <vector>

#include "absl/time/time.h"

namespace furnace::scheduler {

/// Lifetimes are cut at multiples of this since the Unix epoch: at UTC hours.
inline constexpr absl::Duration kLifetimeSlice = absl::Hours(1);

/// The first multiple of `length` since the Unix epoch after `time`.
absl::Time NextCut(absl::Time time, absl::Duration length);

/// Part [start, end) of a lifetime.
struct LifetimeSlice {
  int number = 1;  // From 1, in order of time.
  absl::Time start;
  absl::Time end;

  friend bool operator==(const LifetimeSlice&, const LifetimeSlice&) = default;
};

/// A lifetime, as far as it is not reported. Slices follow upon each other without gap or
/// overlap, from its beginning to its end.
struct Lifetime {
  absl::Time start;     // Of the slice that is next.
  int slice = 1;        // Its number.
  absl::Time lasts_to;  // It lasts at least until then, and longer if it is extended or covers.
};

/// A lifetime that begins at `now` and lasts for `lapse` when nothing more is heard.
Lifetime BeginLifetime(absl::Time now, absl::Duration lapse);

/// Whether a worker that is heard of at `now` is still in its lifetime: it was not away for too
/// long, or a job that the lifetime covers runs.
bool GoesOn(const Lifetime& life, absl::Time now, bool covers);

/// The lifetime of a worker that is heard of at `now`, in it.
Lifetime Extend(Lifetime life, absl::Time now, absl::Duration lapse);

/// The lifetime of a worker that has ended by `now`.
Lifetime Stop(Lifetime life, absl::Time now);

/// The lifetime after an attempt that it covers ended at `end`: it lasts at least as long.
Lifetime EndCovered(Lifetime life, absl::Time end);

/// What is known of a lifetime at some time.
struct LifetimeReport {
  std::vector<LifetimeSlice> slices;  // Not reported before.
  bool over = false;                  // These were the last.
};

/// Takes from `life` the slices of `length` that have passed by `now`. It is over, and the rest of
/// it taken, too, once it does not last any more and no attempt that it `covers` runs.
LifetimeReport Report(Lifetime& life, absl::Time now, bool covers,
                      absl::Duration length = kLifetimeSlice);

}  // namespace furnace::scheduler
