#include "services/metering/clients/opa_agent.h"

#include "libs/common/base/status.h"
#include "libs/common/http/client.h"
#include "libs/common/json/json.h"
#include "services/metering/app/sink_json.h"

namespace furnace::metering {
namespace {

constexpr int kAttempts = 2;
constexpr std::size_t kMaxAnswerBytes = 64 << 10;
constexpr int kOk = 200;

}  // namespace

absl::StatusOr<std::string> ResultIn(std::string_view body) {
  if (!json::Validate(body).ok() || json::KindOf(body) != json::Kind::kObject) {
    return absl::UnavailableError("the answer is not a JSON object");
  }
  const auto result = json::At(body, "/result");
  if (!result.ok()) return absl::UnavailableError("the answer has no result");
  return std::string(*result);
}

absl::StatusOr<std::string> OpaAgent::Ask(const std::string& input) {
  http::Request request;
  request.method = "POST";
  request.url = options_.url;
  request.headers = {"Content-Type: application/json",
                     "User-Agent: furnace-metering/" FURNACE_VERSION};
  if (!options_.token.empty()) request.headers.push_back("Authorization: Bearer " + options_.token);
  request.body = ObjectJson({{"input", input}});
  request.timeout = options_.timeout;
  request.max_response_bytes = kMaxAnswerBytes;
  // Asked rarely and by any thread: a connection of its own each time.
  http::Client client;
  FURNACE_ASSIGN_OR_RETURN(const http::Response response,
                           http::SendWithRetry(client, request, {.max_attempts = kAttempts}));
  if (response.status != kOk) {
    return Error(absl::StatusCode::kUnavailable, "answered {}", response.status);
  }
  return ResultIn(response.body);
}

}  // namespace furnace::metering
