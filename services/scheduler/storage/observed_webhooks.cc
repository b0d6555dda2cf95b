#include "services/scheduler/storage/observed_webhooks.h"

#include "libs/common/metrics/metrics.h"

namespace furnace::scheduler {
namespace {

prometheus::Counter& Attempts(const char* outcome) {
  return metrics::Counter("furnace_webhook_attempts_total",
                          "Attempts to deliver webhooks, by what they came to.",
                          {{"outcome", outcome}});
}

}  // namespace

void ObservedWebhooks::Attempted(WebhookStatus outcome) {
  static prometheus::Counter& delivered = Attempts("delivered");
  static prometheus::Counter& retried = Attempts("retried");
  static prometheus::Counter& failed = Attempts("failed");
  switch (outcome) {
    case WebhookStatus::kDelivered: return delivered.Increment();
    case WebhookStatus::kPending: return retried.Increment();
    case WebhookStatus::kFailed: return failed.Increment();
  }
}

void ObservedWebhooks::Waiting(const WebhookBacklog& backlog) {
  static prometheus::Gauge& pending =
      metrics::Gauge("furnace_webhooks_pending", "Webhooks that are not delivered yet.");
  static prometheus::Gauge& failed =
      metrics::Gauge("furnace_webhooks_failed", "Webhooks that were given up: dead letters.");
  static prometheus::Gauge& oldest = metrics::Gauge("furnace_webhooks_oldest_pending_seconds",
                                                    "Age of the oldest webhook not delivered yet.");
  pending.Set(static_cast<double>(backlog.pending));
  failed.Set(static_cast<double>(backlog.failed));
  oldest.Set(absl::ToDoubleSeconds(backlog.oldest));
}

}  // namespace furnace::scheduler
