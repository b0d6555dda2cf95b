#pragma once

#include "services/scheduler/app/webhook_ports.h"

namespace furnace::scheduler {

/// Tells Prometheus what becomes of webhooks.
class ObservedWebhooks final : public WebhookMeter {
 public:
  void Attempted(WebhookStatus outcome) override;
  void Waiting(const WebhookBacklog& backlog) override;
};

}  // namespace furnace::scheduler
