#include "services/metering/clients/s3_bucket.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(10);
constexpr std::size_t kMaxAnswerBytes = 16 << 20;
constexpr int kOk = 200;
constexpr int kThereAlready = 412;

absl::Status Refused(std::string_view what, int status) {
  return Error(absl::StatusCode::kUnavailable, "s3: {} was answered {}", what, status);
}

// Of the characters that keys have, "/" alone needs it.
std::string Escaped(std::string_view key) {
  std::string escaped;
  for (const char c : key) {
    if (c == '/') {
      escaped += "%2F";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

absl::StatusOr<bool> S3Bucket::Add(const std::string& key, std::string body) {
  FURNACE_ASSIGN_OR_RETURN(const http::Response response, Send("PUT", "/" + key, std::move(body)));
  if (response.status == kOk) return true;
  if (response.status == kThereAlready) return false;
  return Refused("a put", response.status);
}

absl::StatusOr<std::string> S3Bucket::Get(const std::string& key) {
  FURNACE_ASSIGN_OR_RETURN(http::Response response, Send("GET", "/" + key, ""));
  if (response.status != kOk) return Refused("a get", response.status);
  return std::move(response.body);
}

absl::StatusOr<std::optional<std::string>> S3Bucket::FirstKeyAfter(const std::string& prefix,
                                                                   const std::string& after) {
  std::string query = "?list-type=2&max-keys=1&prefix=" + Escaped(prefix);
  if (!after.empty()) query += "&start-after=" + Escaped(after);
  FURNACE_ASSIGN_OR_RETURN(const http::Response response, Send("GET", query, ""));
  if (response.status != kOk) return Refused("a list", response.status);
  return FirstKeyIn(response.body);
}

absl::StatusOr<http::Response> S3Bucket::Send(const std::string& method, const std::string& target,
                                              std::string body) {
  http::Request request;
  request.method = method;
  request.url = options_.url + target;
  // A put that is on its way for long must not replace what came there meanwhile.
  if (method == "PUT") {
    request.headers = {"Content-Type: application/x-ndjson", "If-None-Match: *"};
  }
  request.body = std::move(body);
  request.timeout = kDeadline;
  request.max_response_bytes = kMaxAnswerBytes;
  request.aws_key = options_.key;
  return client_.Send(request);
}

std::optional<std::string> FirstKeyIn(std::string_view list) {
  constexpr std::string_view kBegin = "<Key>";
  const auto begin = list.find(kBegin);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view rest = list.substr(begin + kBegin.size());
  return std::string(rest.substr(0, rest.find("</Key>")));
}

}  // namespace furnace::metering
