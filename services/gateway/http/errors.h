#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "services/gateway/http/exchange.h"

namespace furnace::gateway::http {

/// The HTTP status for a status code.
int HttpStatusOf(absl::StatusCode code);

/// "NOT_FOUND" and so on.
std::string_view NameOf(absl::StatusCode code);

/// The reason phrase of a status line, "Not Found".
std::string_view ReasonOf(int http_status);

/// The answer to a request that failed: {"error", "code", "request_id"}, and the
/// headers that belong to the status. The text of INTERNAL and UNKNOWN is
/// withheld.
Response ErrorResponse(const absl::Status& status, std::string_view request_id);

/// As above for what only HTTP knows, such as 405 or 413.
Response ErrorResponse(int http_status, std::string_view code, std::string_view text,
                       std::string_view request_id);

}  // namespace furnace::gateway::http
