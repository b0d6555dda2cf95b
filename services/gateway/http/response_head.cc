#include "services/gateway/http/response_head.h"

#include <fmt/format.h>

#include <iterator>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/gateway/http/errors.h"

namespace furnace::gateway::http {
namespace {

// Formatting a date costs more than the rest of a head, so each thread keeps the
// one of the present second.
const std::string& DateNow() {
  thread_local std::int64_t second = 0;
  thread_local std::string date;
  const absl::Time now = absl::Now();
  if (const std::int64_t current = absl::ToUnixSeconds(now); current != second) {
    second = current;
    date = absl::FormatTime("%a, %d %b %E4Y %H:%M:%S GMT", now, absl::UTCTimeZone());
  }
  return date;
}

bool HasLength(const Response& response, const Framing& framing) {
  return !framing.chunked && !framing.until_close && response.status != 204;
}

}  // namespace

void AppendHead(const Response& response, const Framing& framing, std::string_view request_id,
                std::string& out) {
  const auto end = std::back_inserter(out);
  fmt::format_to(end,
                 "HTTP/1.1 {} {}\r\nDate: {}\r\nX-Request-ID: {}\r\nCache-Control: no-store\r\n",
                 response.status, ReasonOf(response.status), DateNow(), request_id);
  if (response.status != 204) fmt::format_to(end, "Content-Type: {}\r\n", response.content_type);
  if (framing.chunked) out += "Transfer-Encoding: chunked\r\n";
  if (HasLength(response, framing)) {
    fmt::format_to(end, "Content-Length: {}\r\n", response.body.size());
  }
  out += framing.close ? "Connection: close\r\n" : "Connection: keep-alive\r\n";
  for (const auto& [name, value] : response.headers) {
    fmt::format_to(end, "{}: {}\r\n", name, value);
  }
  out += "\r\n";
}

void AppendChunk(std::string_view data, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{:x}\r\n", data.size());
  out += data;
  out += "\r\n";
}

}  // namespace furnace::gateway::http
