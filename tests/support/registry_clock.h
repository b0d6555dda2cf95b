#pragma once

#include "libs/common/base/clock.h"

namespace furnace::registry {

/// A clock that stands still unless it is moved. For one thread.
class FakeClock final : public Clock {
 public:
  absl::Time Now() const override { return now_; }
  void Advance(absl::Duration by) { now_ += by; }

 private:
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000) + absl::Nanoseconds(123'456'789);
};

}  // namespace furnace::registry
