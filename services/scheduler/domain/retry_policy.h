#pragma once

#include "absl/time/time.h"
#include "services/scheduler/domain/job_status.h"

namespace furnace::scheduler {

/// Whether and when a failed attempt is followed by another. Meaning and ranges:
/// furnace.v1.EndpointSpec.max_retries and furnace.v1.RetryPolicy.
struct RetryPolicy {
  /// Attempts, after the first, that a handler may fail.
  int max_retries = 0;
  absl::Duration backoff;  // Whole milliseconds, as the next.
  absl::Duration max_backoff;
  /// Bit n: FailureCause n ends the job at once.
  unsigned no_retry = 0;

  /// Attempts that may be lost to platform faults; a job that takes down worker
  /// after worker must end.
  static constexpr int kMaxLosses = 10;

  friend bool operator==(const RetryPolicy&, const RetryPolicy&) = default;
};

/// A draw for BackoffBefore is from 0 to kDraws - 1.
inline constexpr int kDraws = 1000;

/// Whether a job goes on that has been failed `retries` times by its handler and
/// `losses` times by the platform, `cause` being the latest.
bool MayRetry(const RetryPolicy& policy, FailureCause cause, int retries, int losses);

/// How long a job waits before its `retry`-th retry (from 1) after `cause`:
/// exponential backoff with full jitter. `draw` picks the point between nothing and
/// the longest wait. Nothing after a platform fault: another worker can have it.
absl::Duration BackoffBefore(const RetryPolicy& policy, FailureCause cause, int retry, int draw);

}  // namespace furnace::scheduler
