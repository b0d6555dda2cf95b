#include "services/gateway/http/errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::gateway::http {
namespace {

struct Mapping {
  absl::StatusCode code;
  std::string_view name;
  int http_status;
};

constexpr Mapping kMappings[] = {
    {absl::StatusCode::kOk, "OK", 200},
    {absl::StatusCode::kCancelled, "CANCELLED", 499},
    {absl::StatusCode::kUnknown, "UNKNOWN", 500},
    {absl::StatusCode::kInvalidArgument, "INVALID_ARGUMENT", 400},
    {absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED", 504},
    {absl::StatusCode::kNotFound, "NOT_FOUND", 404},
    {absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS", 409},
    {absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED", 403},
    {absl::StatusCode::kResourceExhausted, "RESOURCE_EXHAUSTED", 429},
    {absl::StatusCode::kFailedPrecondition, "FAILED_PRECONDITION", 409},
    {absl::StatusCode::kAborted, "ABORTED", 409},
    {absl::StatusCode::kOutOfRange, "OUT_OF_RANGE", 400},
    {absl::StatusCode::kUnimplemented, "UNIMPLEMENTED", 501},
    {absl::StatusCode::kInternal, "INTERNAL", 500},
    {absl::StatusCode::kUnavailable, "UNAVAILABLE", 503},
    {absl::StatusCode::kDataLoss, "DATA_LOSS", 500},
    {absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED", 401},
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

constexpr Mapping kUnmapped = {absl::StatusCode::kUnknown, "UNKNOWN", 500};

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
  return ErrorResponse(mapping.http_status, mapping.name, text, request_id);
}

Response ErrorResponse(int http_status, std::string_view code, std::string_view text,
                       std::string_view request_id) {
  Response response;
  response.status = http_status;
  response.body = fmt::format(R"({{"error":{},"code":{},"request_id":{}}})", json::Quote(text),
                              json::Quote(code), json::Quote(request_id));
  if (http_status == 429 || http_status == 503) response.headers.push_back({"Retry-After", "1"});
  if (http_status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  return response;
}

}  // namespace furnace::gateway::http
