#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/scheduler/app/webhook_ports.h"

namespace furnace::scheduler {

/// Webhooks in scheduler.furnace_webhooks. Thread-safe.
class PostgresWebhookOutbox final : public WebhookOutbox {
 public:
  explicit PostgresWebhookOutbox(postgres::Pool& pool) : pool_(pool) {}

  absl::Status Add(const std::vector<Webhook>& webhooks) override;
  absl::StatusOr<std::vector<Webhook>> Take(int limit, int each,
                                            const std::vector<std::string>& but,
                                            absl::Duration term) override;
  absl::Status Settle(const std::string& id, int attempt, const WebhookOutcome& outcome) override;
  absl::StatusOr<std::optional<Webhook>> Latest(const std::string& subject) override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::scheduler
