#include "services/scheduler/clients/http_webhook_sender.h"

#include <fmt/format.h>

#include "libs/common/base/status.h"
#include "libs/common/http/client.h"

namespace furnace::scheduler {
namespace {

// Nobody reads what receivers answer.
constexpr std::size_t kMaxAnswerBytes = 4096;

}  // namespace

// A connection of its own for each attempt: whoever changes what a name stands for is not
// served by one that was checked before.
absl::StatusOr<int> HttpWebhookSender::Send(const Webhook& webhook) {
  const absl::Time now = clock_.Now();
  const std::string secret = WebhookSecret(options_.suite_secret, webhook.project_id);
  http::Request request;
  request.method = "POST";
  request.url = webhook.url;
  request.headers = {
      "Content-Type: application/json",
      "User-Agent: Furnace-Webhooks",
      fmt::format("webhook-id: {}", webhook.id),
      fmt::format("webhook-timestamp: {}", absl::ToUnixSeconds(now)),
      fmt::format("webhook-signature: {}", SignWebhook(secret, webhook.id, now, webhook.body)),
      fmt::format("furnace-event: {}", webhook.kind)};
  request.body = webhook.body;
  request.timeout = kDeadline;
  request.max_response_bytes = kMaxAnswerBytes;
  request.cut_response = true;
  request.public_only = !options_.allow_private;
  http::Client client;
  FURNACE_ASSIGN_OR_RETURN(const http::Response response, client.Send(request));
  return response.status;
}

}  // namespace furnace::scheduler
