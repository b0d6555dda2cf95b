#include "cli/rest/client.h"

#include <utility>

#include "cli/rest/line_stream.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

constexpr int kMaxGetAttempts = 4;

absl::StatusCode CodeOf(int http_status) {
  switch (http_status) {
    case 400: return absl::StatusCode::kInvalidArgument;
    case 401: return absl::StatusCode::kUnauthenticated;
    case 403: return absl::StatusCode::kPermissionDenied;
    case 404: return absl::StatusCode::kNotFound;
    case 409: return absl::StatusCode::kAlreadyExists;
    case 429: return absl::StatusCode::kResourceExhausted;
    case 502:
    case 503: return absl::StatusCode::kUnavailable;
    case 504: return absl::StatusCode::kDeadlineExceeded;
    default: return absl::StatusCode::kUnknown;
  }
}

}  // namespace

absl::Status ErrorOf(int http_status, std::string body) {
  const auto answer = Answer::Parse(std::move(body));
  std::string message = answer.ok() ? answer->Text("error") : "";
  if (message.empty()) message = fmt::format("the gateway answered HTTP {}", http_status);
  if (http_status == 401) message += " (set --api-key or FURNACE_API_KEY)";
  const std::string request_id = answer.ok() ? answer->Text("request_id") : "";
  if (!request_id.empty()) message += fmt::format(" [request {}]", request_id);
  return {CodeOf(http_status), message};
}

RestClient::RestClient(Gateway gateway) : gateway_(std::move(gateway)) {}

http::Request RestClient::MakeRequest(std::string method, const Target& target) const {
  http::Request request;
  request.method = std::move(method);
  request.url = gateway_.url + target.text();
  if (!gateway_.api_key.empty()) {
    request.headers.push_back("Authorization: Bearer " + gateway_.api_key);
  }
  return request;
}

absl::StatusOr<std::string> RestClient::SendForBody(const http::Request& request,
                                                    int max_attempts) {
  FURNACE_ASSIGN_OR_RETURN(http::Response response,
                           http::SendWithRetry(http_, request, {.max_attempts = max_attempts}));
  if (response.status >= 400) return ErrorOf(response.status, std::move(response.body));
  return std::move(response.body);
}

absl::StatusOr<Answer> RestClient::Send(const http::Request& request, int max_attempts) {
  FURNACE_ASSIGN_OR_RETURN(std::string body, SendForBody(request, max_attempts));
  auto answer = Answer::Parse(std::move(body));
  if (!answer.ok()) return Annotate(answer.status(), "the answer is not what a gateway sends");
  return answer;
}

absl::StatusOr<Answer> RestClient::Get(const Target& target) {
  return Send(MakeRequest("GET", target), kMaxGetAttempts);
}

absl::StatusOr<std::string> RestClient::GetFile(const Target& target) {
  return SendForBody(MakeRequest("GET", target), kMaxGetAttempts);
}

absl::StatusOr<Answer> RestClient::Post(const Target& target, std::string body) {
  return SendJson("POST", target, std::move(body));
}

absl::StatusOr<Answer> RestClient::Put(const Target& target, std::string body) {
  return SendJson("PUT", target, std::move(body));
}

absl::StatusOr<Answer> RestClient::SendJson(std::string method, const Target& target,
                                            std::string body) {
  http::Request request = MakeRequest(std::move(method), target);
  request.headers.push_back("Content-Type: application/json");
  request.body = std::move(body);
  return Send(request, 1);  // A second try could do it twice.
}

absl::StatusOr<Answer> RestClient::Delete(const Target& target) {
  return Send(MakeRequest("DELETE", target), 1);
}

absl::Status RestClient::Follow(const Target& target, const OnLine& on_line,
                                const OnTick& on_tick) {
  LineStream stream(MakeRequest("GET", target));
  FURNACE_RETURN_IF_ERROR(stream.Read(on_line, on_tick));
  if (stream.http_status() >= 400) return ErrorOf(stream.http_status(), stream.error_body());
  return absl::OkStatus();
}

}  // namespace furnace::cli
