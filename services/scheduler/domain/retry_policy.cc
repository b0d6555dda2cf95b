#include "services/scheduler/domain/retry_policy.h"

#include <algorithm>

namespace furnace::scheduler {
namespace {

// Doublings after which any backoff is above any maximum.
constexpr int kMaxDoublings = 30;

}  // namespace

bool MayRetry(const RetryPolicy& policy, FailureCause cause, int retries, int losses) {
  if (IsPlatformFault(cause)) return losses < RetryPolicy::kMaxLosses;
  const bool excluded = (policy.no_retry >> static_cast<unsigned>(cause) & 1U) != 0;
  return !excluded && retries <= policy.max_retries;
}

absl::Duration BackoffBefore(const RetryPolicy& policy, FailureCause cause, int retry, int draw) {
  if (IsPlatformFault(cause)) return absl::ZeroDuration();
  const absl::Duration doubled = policy.backoff * (1 << std::min(retry - 1, kMaxDoublings));
  const absl::Duration longest = std::min(doubled, policy.max_backoff);
  // In thousandths, whole: a script's numbers are doubles, and must come out the same.
  return absl::Microseconds(absl::ToInt64Milliseconds(longest) * draw);
}

}  // namespace furnace::scheduler
