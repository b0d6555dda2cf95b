#pragma once

#include <optional>

#include "absl/status/statusor.h"

namespace furnace::registry {

/// How an endpoint's jobs wait; complete and valid. Fields and ranges are those of
/// furnace.v1.QueuePolicy.
struct QueuePolicy {
  int head_start_ms = 0;
  bool strict_priority = false;
  int ttl_seconds = 0;      // 0: for ever.
  int max_concurrency = 0;  // 0: any.
  int max_queued = 0;
  int idempotency_ttl_seconds = 0;

  friend bool operator==(const QueuePolicy&, const QueuePolicy&) = default;
};

/// A QueuePolicy as a client wrote it: anything may be left out or out of range.
struct QueueDraft {
  std::optional<int> head_start_ms;
  bool strict_priority = false;
  int ttl_seconds = 0;
  int max_concurrency = 0;
  std::optional<int> max_queued;
  std::optional<int> idempotency_ttl_seconds;
};

/// The policy that `draft` means, defaults filled in.
///
/// Errors: INVALID_ARGUMENT naming the first field that breaks its rule, as
/// "spec.queue.<field>".
absl::StatusOr<QueuePolicy> Normalise(const QueueDraft& draft);

}  // namespace furnace::registry
