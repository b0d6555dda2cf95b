#pragma once

#include <optional>
#include <set>
#include <string_view>

#include "absl/status/statusor.h"

namespace furnace::registry {

/// Failures that a policy may set apart. Losing a worker is none: the job goes to
/// another one at once.
enum class FailureCause { kHandlerError, kHandlerExited, kTimeout };

/// What follows an attempt that the handler failed; complete and valid. Fields and
/// ranges are those of furnace.v1.RetryPolicy.
struct RetryPolicy {
  int backoff_ms = 0;
  int max_backoff_ms = 0;
  std::set<FailureCause> no_retry_on;  // A set: equal policies compare equal.

  friend bool operator==(const RetryPolicy&, const RetryPolicy&) = default;
};

/// A RetryPolicy as a client wrote it: anything may be left out or out of range.
struct RetryDraft {
  std::optional<int> backoff_ms;
  std::optional<int> max_backoff_ms;
  std::set<FailureCause> no_retry_on;
};

/// The policy that `draft` means, defaults filled in.
///
/// Errors: INVALID_ARGUMENT naming the first field that breaks its rule, as
/// "spec.retry.<field>".
absl::StatusOr<RetryPolicy> Normalise(const RetryDraft& draft);

/// "handler_error", "handler_exited", "timeout".
std::string_view ToString(FailureCause cause);

}  // namespace furnace::registry
