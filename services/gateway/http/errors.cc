#include "services/gateway/http/errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::gateway::http {
namespace {

struct Mapping {
  absl::StatusCode code;
  int http_status;
  std::string_view name;
};

constexpr Mapping kMappings[] = {
    {absl::StatusCode::kOk, 200, "OK"},
    {absl::StatusCode::kCancelled, 499, "CANCELLED"},
    {absl::StatusCode::kUnknown, 500, "UNKNOWN"},
    {absl::StatusCode::kInvalidArgument, 400, "INVALID_ARGUMENT"},
    {absl::StatusCode::kDeadlineExceeded, 504, "DEADLINE_EXCEEDED"},
    {absl::StatusCode::kNotFound, 404, "NOT_FOUND"},
    {absl::StatusCode::kAlreadyExists, 409, "ALREADY_EXISTS"},
    {absl::StatusCode::kPermissionDenied, 403, "PERMISSION_DENIED"},
    {absl::StatusCode::kResourceExhausted, 429, "RESOURCE_EXHAUSTED"},
    {absl::StatusCode::kFailedPrecondition, 409, "FAILED_PRECONDITION"},
    {absl::StatusCode::kAborted, 409, "ABORTED"},
    {absl::StatusCode::kOutOfRange, 400, "OUT_OF_RANGE"},
    {absl::StatusCode::kUnimplemented, 501, "UNIMPLEMENTED"},
    {absl::StatusCode::kInternal, 500, "INTERNAL"},
    {absl::StatusCode::kUnavailable, 503, "UNAVAILABLE"},
    {absl::StatusCode::kDataLoss, 500, "DATA_LOSS"},
    {absl::StatusCode::kUnauthenticated, 401, "UNAUTHENTICATED"},
};

struct Reason {
  int http_status;
  std::string_view phrase;
};

constexpr Reason kReasons[] = {
    {200, "OK"},
    {204, "No Content"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {499, "Client Closed Request"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

constexpr char kRetryAfter[] = "Retry-After";

constexpr Mapping kUnmapped = {absl::StatusCode::kUnknown, 500, "UNKNOWN"};

const Mapping& MappingOf(absl::StatusCode code) {
  const auto* found = std::find_if(std::begin(kMappings), std::end(kMappings),
                                   [code](const Mapping& row) { return row.code == code; });
  return found == std::end(kMappings) ? kUnmapped : *found;
}

}  // namespace

int HttpStatusOf(absl::StatusCode code) { return MappingOf(code).http_status; }

std::string_view NameOf(absl::StatusCode code) { return MappingOf(code).name; }

std::string_view ReasonOf(int http_status) {
  for (const Reason& row : kReasons) {
    if (row.http_status == http_status) return row.phrase;
  }
  return "Unknown";
}

Response ErrorResponse(const absl::Status& status, std::string_view request_id) {
  const Mapping& mapping = MappingOf(status.code());
  const std::string_view text =
      mapping.http_status == 500 ? "internal error" : ToStd(status.message());
  Response response = ErrorResponse(mapping.http_status, mapping.name, text, request_id);
  const std::optional<absl::Duration> wait = RetryAfterOf(status);
  for (auto& [name, value] : response.headers) {
    if (wait && name == kRetryAfter) value = std::to_string(absl::ToInt64Seconds(*wait));
  }
  return response;
}

Response ErrorResponse(int http_status, std::string_view code, std::string_view text,
                       std::string_view request_id) {
  Response response;
  response.status = http_status;
  response.body = fmt::format(R"({{"error":{},"code":{},"request_id":{}}})", json::Quote(text),
                              json::Quote(code), json::Quote(request_id));
  if (http_status == 429 || http_status == 503) response.headers.push_back({kRetryAfter, "1"});
  if (http_status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  return response;
}

}  // namespace furnace::gateway::http
