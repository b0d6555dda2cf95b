#include "services/registry/domain/retry_policy.h"

#include <algorithm>

#include "libs/common/base/status.h"
#include "services/registry/domain/range.h"

namespace furnace::registry {
namespace {

constexpr int kDefaultBackoffMs = 1'000;
constexpr int kDefaultMaxBackoffMs = 60'000;
constexpr int kMostBackoffMs = 3'600'000;      // An hour.
constexpr int kMostMaxBackoffMs = 86'400'000;  // A day.

}  // namespace

absl::StatusOr<RetryPolicy> Normalise(const RetryDraft& draft) {
  RetryPolicy policy;
  policy.backoff_ms = draft.backoff_ms.value_or(kDefaultBackoffMs);
  FURNACE_RETURN_IF_ERROR(Check({"retry.backoff_ms", 0, kMostBackoffMs}, policy.backoff_ms));
  policy.max_backoff_ms =
      draft.max_backoff_ms.value_or(std::max(kDefaultMaxBackoffMs, policy.backoff_ms));
  FURNACE_RETURN_IF_ERROR(
      Check({"retry.max_backoff_ms", 0, kMostMaxBackoffMs}, policy.max_backoff_ms));
  if (policy.max_backoff_ms < policy.backoff_ms) {
    return Error(absl::StatusCode::kInvalidArgument,
                 "spec.retry.max_backoff_ms: {} is less than backoff_ms, {}", policy.max_backoff_ms,
                 policy.backoff_ms);
  }
  policy.no_retry_on = draft.no_retry_on;
  return policy;
}

std::string_view ToString(FailureCause cause) {
  switch (cause) {
    case FailureCause::kHandlerError: return "handler_error";
    case FailureCause::kHandlerExited: return "handler_exited";
    case FailureCause::kTimeout: return "timeout";
  }
  return "";
}

}  // namespace furnace::registry
