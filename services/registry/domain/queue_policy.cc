#include "services/registry/domain/queue_policy.h"

#include "libs/common/base/status.h"
#include "services/registry/domain/range.h"

namespace furnace::registry {
namespace {

constexpr int kDayMs = 86'400'000;
constexpr int kMonthSeconds = 2'592'000;  // 30 days.
constexpr int kDefaultHeadStartMs = 60'000;
constexpr int kDefaultMaxQueued = 100'000;
constexpr int kDefaultIdempotencyTtlSeconds = 86'400;

}  // namespace

absl::StatusOr<QueuePolicy> Normalise(const QueueDraft& draft) {
  QueuePolicy policy;
  policy.head_start_ms = draft.head_start_ms.value_or(kDefaultHeadStartMs);
  policy.strict_priority = draft.strict_priority;
  policy.ttl_seconds = draft.ttl_seconds;
  policy.max_concurrency = draft.max_concurrency;
  policy.max_queued = draft.max_queued.value_or(kDefaultMaxQueued);
  policy.idempotency_ttl_seconds =
      draft.idempotency_ttl_seconds.value_or(kDefaultIdempotencyTtlSeconds);
  FURNACE_RETURN_IF_ERROR(Check({"queue.head_start_ms", 0, kDayMs}, policy.head_start_ms));
  FURNACE_RETURN_IF_ERROR(Check({"queue.ttl_seconds", 0, kMonthSeconds}, policy.ttl_seconds));
  FURNACE_RETURN_IF_ERROR(Check({"queue.max_concurrency", 0, 100'000}, policy.max_concurrency));
  FURNACE_RETURN_IF_ERROR(Check({"queue.max_queued", 1, 1'000'000}, policy.max_queued));
  FURNACE_RETURN_IF_ERROR(
      Check({"queue.idempotency_ttl_seconds", 1, kMonthSeconds}, policy.idempotency_ttl_seconds));
  return policy;
}

}  // namespace furnace::registry
