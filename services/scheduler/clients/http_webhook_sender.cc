#include "services/scheduler/clients/http_webhook_sender.h"

#include <fmt/format.h>

namespace furnace::scheduler {
namespace {

// Nobody reads what receivers answer.
constexpr std::size_t kMaxAnswerBytes = 4096;

}  // namespace

WebhookAnswer HttpWebhookSender::Send(const Webhook& webhook) {
  const absl::Time now = clock_.Now();
  http::Request request;
  request.method = "POST";
  request.url = webhook.url;
  request.headers = {
      "Content-Type: application/json",
      "User-Agent: Furnace-Webhooks",
      fmt::format("webhook-id: {}", webhook.id),
      fmt::format("webhook-timestamp: {}", absl::ToUnixSeconds(now)),
      fmt::format("webhook-signature: {}", SignWithAll(options_.suite_secrets, webhook, now)),
      fmt::format("furnace-event: {}", webhook.kind)};
  request.body = webhook.body;
  request.timeout = kDeadline;
  request.max_response_bytes = kMaxAnswerBytes;
  request.cut_response = true;
  request.may_connect = options_.may_connect;
  request.resolve = options_.resolve;
  http::Client client = Borrow();
  const absl::StatusOr<http::Response> response = client.Send(request);
  Return(std::move(client));
  if (!response.ok()) {
    return {.http_status = 0, .retry_after = {}, .error = std::string(response.status().message())};
  }
  return {.http_status = response->status, .retry_after = response->retry_after, .error = {}};
}

http::Client HttpWebhookSender::Borrow() {
  MutexLock lock(mutex_);
  if (idle_.empty()) return {};
  http::Client client = std::move(idle_.back());
  idle_.pop_back();
  return client;
}

void HttpWebhookSender::Return(http::Client client) {
  MutexLock lock(mutex_);
  idle_.push_back(std::move(client));
}

}  // namespace furnace::scheduler
