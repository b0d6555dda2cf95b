#include "services/metering/clients/http_alert_sender.h"

#include <fmt/format.h>

#include "libs/common/base/status.h"
#include "libs/common/base/webhook_signature.h"

namespace furnace::metering {
namespace {

// Of an attempt, from resolving the name to the end of the answer.
constexpr absl::Duration kDeadline = absl::Seconds(10);
// Nobody reads what receivers answer.
constexpr std::size_t kMaxAnswerBytes = 4096;

}  // namespace

absl::StatusOr<int> HttpAlertSender::Send(const AlertPost& post) {
  const absl::Time now = clock_.Now();
  http::Request request;
  request.method = "POST";
  request.url = post.url;
  request.headers = {"Content-Type: application/json",
                     "User-Agent: Furnace-Webhooks",
                     fmt::format("webhook-id: {}", post.id),
                     fmt::format("webhook-timestamp: {}", absl::ToUnixSeconds(now)),
                     fmt::format("webhook-signature: {}",
                                 SignWithAll(secrets_, post.project_id, post.id, now, post.body)),
                     "furnace-event: budget.threshold"};
  request.body = post.body;
  request.timeout = kDeadline;
  request.max_response_bytes = kMaxAnswerBytes;
  request.cut_response = true;
  request.may_connect = may_connect_;
  FURNACE_ASSIGN_OR_RETURN(const http::Response response, client_.Send(request));
  return response.status;
}

}  // namespace furnace::metering
