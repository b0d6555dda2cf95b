#include "services/scheduler/storage/postgres/webhook_outbox.h"

#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/storage/postgres/sql.h"

namespace furnace::scheduler {
namespace {

// A row of take_webhooks.sql or select_webhook.sql.
Webhook WebhookFromRow(const postgres::Rows& rows, int row) {
  int column = 0;
  const auto text = [&] { return std::string(rows.Text(row, column++)); };
  Webhook webhook;
  webhook.id = text();
  webhook.project_id = text();
  webhook.kind = text();
  webhook.subject = text();
  webhook.url = text();
  webhook.body = text();
  webhook.status = static_cast<WebhookStatus>(rows.Int(row, column++));
  webhook.attempts = static_cast<int>(rows.Int(row, column++));
  webhook.last_error = text();
  webhook.next_at = rows.Time(row, column++).value_or(absl::InfinitePast());
  webhook.ended_at = rows.Time(row, column++);
  return webhook;
}

}  // namespace

absl::Status PostgresWebhookOutbox::Add(const std::vector<Webhook>& webhooks) {
  for (const Webhook& webhook : webhooks) {
    FURNACE_RETURN_IF_ERROR(
        pool_
            .Exec(sql::kInsertWebhook, {webhook.id, webhook.project_id, webhook.kind,
                                        webhook.subject, webhook.url, webhook.body})
            .status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Webhook>> PostgresWebhookOutbox::Take(
    int limit, int each, const std::vector<std::string>& but, absl::Duration term) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kTakeWebhooks, {std::to_string(limit), std::to_string(each),
                                      postgres::ArrayLiteral({but.begin(), but.end()}),
                                      std::to_string(absl::ToInt64Milliseconds(term))}));
  std::vector<Webhook> webhooks;
  for (int row = 0; row < rows.size(); ++row) webhooks.push_back(WebhookFromRow(rows, row));
  return webhooks;
}

absl::Status PostgresWebhookOutbox::Settle(const std::string& id, int attempt,
                                           const WebhookOutcome& outcome) {
  return pool_
      .Exec(sql::kSettleWebhook,
            {id, std::to_string(attempt), std::to_string(static_cast<int>(outcome.status)),
             outcome.error, std::to_string(absl::ToInt64Milliseconds(outcome.wait))})
      .status();
}

absl::StatusOr<std::optional<Webhook>> PostgresWebhookOutbox::Latest(const std::string& subject) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows, pool_.Exec(sql::kSelectWebhook, {subject}));
  if (rows.empty()) return std::optional<Webhook>();
  return std::optional<Webhook>(WebhookFromRow(rows, 0));
}

}  // namespace furnace::scheduler
