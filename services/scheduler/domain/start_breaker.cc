#include "services/scheduler/domain/start_breaker.h"

#include <algorithm>

namespace furnace::scheduler {
namespace {

constexpr absl::Duration kFirstPause = absl::Seconds(1);
constexpr absl::Duration kFirstBreak = absl::Minutes(1);
constexpr absl::Duration kLongestBreak = absl::Minutes(10);
constexpr int kMaxDoublings = 10;

}  // namespace

void StartBreaker::WorkerFailed(absl::Time now) {
  ++failures_;
  const int doublings = std::min(open() ? failures_ - kMaxFailures : failures_ - 1, kMaxDoublings);
  const absl::Duration pause = (open() ? kFirstBreak : kFirstPause) * (1 << doublings);
  not_before_ = now + std::min(pause, kLongestBreak);
}

}  // namespace furnace::scheduler
