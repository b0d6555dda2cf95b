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
  absl::StatusOr<std::vector<Webhook>> Take(const WebhookDemand& demand) override;
  absl::Status Settle(const std::vector<WebhookAttemptEnd>& ends) override;
  absl::StatusOr<std::optional<Webhook>> Latest(const std::string& subject) override;
  absl::StatusOr<Webhook> Get(const std::string& id, const std::string& project_id) override;
  absl::StatusOr<std::vector<Webhook>> List(const WebhookFilter& filter) override;
  absl::StatusOr<Webhook> Redrive(const std::string& id, const std::string& project_id) override;
  absl::StatusOr<int> RedriveFailed(const std::string& project_id, int limit) override;
  absl::StatusOr<int> DropOld(int limit) override;
  absl::StatusOr<WebhookBacklog> Backlog() override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::scheduler
