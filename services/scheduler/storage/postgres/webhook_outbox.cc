#include "services/scheduler/storage/postgres/webhook_outbox.h"

#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/storage/postgres/sql.h"

namespace furnace::scheduler {
namespace {

using postgres::ArrayLiteral;
using postgres::Param;

// Columns of columns/webhook.sql; statements put others behind them.
constexpr int kColumns = 14;

Webhook WebhookFromRow(const postgres::Rows& rows, int row) {
  int column = 0;
  const auto text = [&] { return std::string(rows.Text(row, column++)); };
  const auto number = [&] { return rows.Int(row, column++); };
  const auto time = [&] { return rows.Time(row, column++); };
  Webhook webhook;
  webhook.id = text();
  webhook.project_id = text();
  webhook.kind = text();
  webhook.subject = text();
  webhook.url = text();
  webhook.status = static_cast<WebhookStatus>(number());
  webhook.attempts = static_cast<int>(number());
  webhook.earlier_attempts = static_cast<int>(number());
  webhook.last_error = text();
  webhook.created_at = time().value_or(absl::InfinitePast());
  webhook.next_at = time().value_or(absl::InfinitePast());
  webhook.give_up_at = time().value_or(absl::InfinitePast());
  webhook.ended_at = time();
  webhook.position = number();
  return webhook;
}

std::vector<Webhook> WebhooksFrom(const postgres::Rows& rows) {
  std::vector<Webhook> webhooks;
  for (int row = 0; row < rows.size(); ++row) webhooks.push_back(WebhookFromRow(rows, row));
  return webhooks;
}

absl::Status NotFound(const std::string& id) {
  return Error(absl::StatusCode::kNotFound, "no webhook {}", id);
}

Param Number(std::int64_t number) { return std::to_string(number); }
Param Millis(absl::Duration duration) { return Number(absl::ToInt64Milliseconds(duration)); }

// One array for each column: what `value` gives for each element.
template <typename Element, typename Value>
Param Column(const std::vector<Element>& elements, Value value) {
  std::vector<Param> values;
  for (const Element& element : elements) values.emplace_back(value(element));
  return ArrayLiteral(values);
}

}  // namespace

absl::Status PostgresWebhookOutbox::Add(const std::vector<Webhook>& webhooks) {
  if (webhooks.empty()) return absl::OkStatus();
  const auto column = [&webhooks](std::string Webhook::*member) {
    return Column(webhooks, [member](const Webhook& webhook) { return webhook.*member; });
  };
  return pool_
      .Exec(sql::kInsertWebhooks,
            {column(&Webhook::id), column(&Webhook::project_id), column(&Webhook::kind),
             column(&Webhook::subject), column(&Webhook::url), column(&Webhook::body),
             Millis(kWebhookLife)})
      .status();
}

absl::StatusOr<std::vector<Webhook>> PostgresWebhookOutbox::Take(const WebhookDemand& demand) {
  std::vector<Param> projects;
  std::vector<Param> counts;
  for (const auto& [project, attempts] : demand.busy) {
    projects.emplace_back(project);
    counts.push_back(Number(attempts));
  }
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kTakeWebhooks,
                 {Number(demand.limit), Number(demand.each), ArrayLiteral(projects),
                  ArrayLiteral(counts), Millis(demand.term)}));
  std::vector<Webhook> webhooks = WebhooksFrom(rows);
  for (int row = 0; row < rows.size(); ++row) {
    Webhook& webhook = webhooks[static_cast<std::size_t>(row)];
    webhook.body = rows.Text(row, kColumns);
    webhook.left = absl::Microseconds(rows.Int(row, kColumns + 1));
  }
  return webhooks;
}

absl::Status PostgresWebhookOutbox::Settle(const std::vector<WebhookAttemptEnd>& ends) {
  const auto column = [&ends](auto value) { return Column(ends, value); };
  using End = WebhookAttemptEnd;
  return pool_
      .Exec(sql::kSettleWebhooks,
            {column([](const End& end) { return end.id; }),
             column([](const End& end) { return Number(end.attempt); }),
             column([](const End& end) { return Number(static_cast<int>(end.outcome.status)); }),
             column([](const End& end) { return end.outcome.error; }),
             column([](const End& end) { return Millis(end.outcome.wait); })})
      .status();
}

absl::StatusOr<std::optional<Webhook>> PostgresWebhookOutbox::Latest(const std::string& subject) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectLatestWebhook, {subject}));
  if (rows.empty()) return std::optional<Webhook>();
  return std::optional<Webhook>(WebhookFromRow(rows, 0));
}

absl::StatusOr<Webhook> PostgresWebhookOutbox::Get(const std::string& id,
                                                   const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectWebhook, {id, project_id}));
  if (rows.empty()) return NotFound(id);
  Webhook webhook = WebhookFromRow(rows, 0);
  webhook.body = rows.Text(0, kColumns);
  return webhook;
}

absl::StatusOr<std::vector<Webhook>> PostgresWebhookOutbox::List(const WebhookFilter& filter) {
  const Param status =
      filter.status ? Number(static_cast<int>(*filter.status)) : Param(std::nullopt);
  const Param subject = filter.subject.empty() ? Param(std::nullopt) : Param(filter.subject);
  const Param before = filter.before == 0 ? Param(std::nullopt) : Number(filter.before);
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kListWebhooks, {filter.project_id, status, subject,
                                                           before, Number(filter.limit)}));
  return WebhooksFrom(rows);
}

absl::StatusOr<Webhook> PostgresWebhookOutbox::Redrive(const std::string& id,
                                                       const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kRedriveWebhook, {id, project_id, Millis(kWebhookLife)}));
  if (rows.empty()) return NotFound(id);
  return WebhookFromRow(rows, 0);
}

absl::StatusOr<int> PostgresWebhookOutbox::RedriveFailed(const std::string& project_id, int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kRedriveFailedWebhooks, {project_id, Number(limit), Millis(kWebhookLife)}));
  return static_cast<int>(rows.affected());
}

absl::StatusOr<int> PostgresWebhookOutbox::DropOld(int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kDeleteOldWebhooks,
                 {Millis(kKeepDelivered), Millis(kKeepFailed), Number(limit)}));
  return static_cast<int>(rows.affected());
}

absl::StatusOr<WebhookBacklog> PostgresWebhookOutbox::Backlog() {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows, pool_.Exec(sql::kMeasureWebhooks, {}));
  return WebhookBacklog{.pending = rows.Int(0, 0),
                        .failed = rows.Int(0, 1),
                        .oldest = absl::Microseconds(rows.Int(0, 2))};
}

}  // namespace furnace::scheduler
