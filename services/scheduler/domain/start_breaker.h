#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace furnace::scheduler {

/// Keeps an endpoint whose workers do not get to work from starting one after
/// another: each that ends before its first job makes the next wait longer, and three
/// in a row open the breaker, after which single workers are tried, ever more rarely,
/// until one gets to work or the endpoint is changed.
class StartBreaker {
 public:
  /// Workers in a row that open the breaker.
  static constexpr int kMaxFailures = 3;

  explicit StartBreaker(std::int64_t revision = 0) : revision_(revision) {}

  /// A worker ended before its first job.
  void WorkerFailed(absl::Time now);
  /// No start before `time`; for another reason.
  void HoldUntil(absl::Time time) { not_before_ = time; }

  bool MayStart(absl::Time now) const { return now >= not_before_; }
  bool open() const { return failures_ >= kMaxFailures; }
  int failures() const { return failures_; }
  /// The endpoint's, which the failures are of.
  std::int64_t revision() const { return revision_; }

 private:
  std::int64_t revision_;
  int failures_ = 0;
  absl::Time not_before_ = absl::InfinitePast();
};

}  // namespace furnace::scheduler
