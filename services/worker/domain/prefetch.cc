#include "services/worker/domain/prefetch.h"

#include <algorithm>

namespace furnace::worker {
namespace {

// Of what is known, that a job shorter than it takes the place of.
constexpr int kSlowness = 4;

}  // namespace

void Prefetch::Ran(absl::Duration time) {
  const bool longer = typical_ == absl::InfiniteDuration() || time > typical_;
  typical_ = longer ? time : typical_ + (time - typical_) / kSlowness;
}

int Prefetch::Jobs(absl::Duration running) const {
  const absl::Duration each = std::max(typical_, running);
  if (each * kJobsMax <= kTarget) return kJobsMax;
  return std::max(1, static_cast<int>(absl::FDivDuration(kTarget, each)));
}

}  // namespace furnace::worker
