#include "services/scheduler/domain/lifetime.h"

#include <algorithm>

namespace furnace::scheduler {
namespace {

void Take(Lifetime& life, absl::Time till, LifetimeReport& report) {
  report.slices.push_back({.number = life.slice, .start = life.start, .end = till});
  ++life.slice;
  life.start = till;
}

}  // namespace

absl::Time NextCut(absl::Time time, absl::Duration length) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), length) + length;
}

Lifetime BeginLifetime(absl::Time now, absl::Duration lapse) {
  return {.start = now, .slice = 1, .lasts_to = now + lapse};
}

bool GoesOn(const Lifetime& life, absl::Time now, bool covers) {
  return life.lasts_to >= now || covers;
}

Lifetime Extend(Lifetime life, absl::Time now, absl::Duration lapse) {
  life.lasts_to = std::max(life.lasts_to, now + lapse);
  return life;
}

Lifetime Stop(Lifetime life, absl::Time now) {
  life.lasts_to = std::min(life.lasts_to, now);
  return life;
}

Lifetime EndCovered(Lifetime life, absl::Time end) {
  life.lasts_to = std::max(life.lasts_to, end);
  return life;
}

LifetimeReport Report(Lifetime& life, absl::Time now, bool covers, absl::Duration length) {
  LifetimeReport report;
  const absl::Time passed = std::min(life.lasts_to, now);
  for (absl::Time cut = NextCut(life.start, length); cut <= passed; cut += length) {
    Take(life, cut, report);
  }
  if (life.lasts_to > now || covers) return report;
  if (life.lasts_to > life.start) Take(life, life.lasts_to, report);
  report.over = true;
  return report;
}

}  // namespace furnace::scheduler
