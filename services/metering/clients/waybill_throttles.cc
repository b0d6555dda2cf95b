#include "services/metering/clients/waybill_throttles.h"

#include <algorithm>

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::metering {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(5);
constexpr std::size_t kMaxAnswerBytes = 256 << 10;
constexpr std::size_t kMaxText = 128;
constexpr int kOk = 200;

// A short text of an object, what no column takes replaced; empty when it has none.
std::string TextAt(std::string_view object, std::string_view pointer) {
  const auto value = json::At(object, pointer);
  if (!value.ok()) return "";
  const auto text = json::AsString(*value);
  if (!text.ok()) return "";
  std::string clean = text->substr(0, kMaxText);
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return clean;
}

}  // namespace

absl::StatusOr<std::optional<Throttle>> ThrottleIn(std::string_view body) {
  const absl::Status bad = absl::UnavailableError("throttles: the answer is not understood");
  if (!json::Validate(body).ok()) return bad;
  const auto list = json::At(body, "/throttles");
  if (!list.ok()) return bad;
  if (json::KindOf(*list) == json::Kind::kNull) return std::nullopt;  // Go's empty list.
  const auto throttles = json::Elements(*list);
  if (!throttles.ok()) return bad;
  for (const std::string_view throttle : *throttles) {
    if (json::KindOf(throttle) != json::Kind::kObject) return bad;
    if (!TextAt(throttle, "/cleared_at").empty()) continue;
    return Throttle{.reason = TextAt(throttle, "/reason"),
                    .env_scope = TextAt(throttle, "/env_scope")};
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<Throttle>> WaybillThrottles::Ask(const std::string& account_id) {
  http::Request request;
  request.url = url_ + "/api/v1/projects/" + account_id + "/throttles";
  request.headers = {"User-Agent: furnace-metering/" FURNACE_VERSION};
  if (!api_key_.empty()) request.headers.push_back("X-API-Key: " + api_key_);
  request.timeout = kDeadline;
  request.max_response_bytes = kMaxAnswerBytes;
  FURNACE_ASSIGN_OR_RETURN(const http::Response response, client_.Send(request));
  if (response.status != kOk) {
    return Error(absl::StatusCode::kUnavailable, "throttles: answered {}", response.status);
  }
  return ThrottleIn(response.body);
}

}  // namespace furnace::metering
