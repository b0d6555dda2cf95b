#include "services/gateway/http/runpod/run_request.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"
#include "services/gateway/http/transcode/json_to_message.h"

namespace furnace::gateway::http::runpod {
namespace {

using Members = std::vector<json::Member>;

constexpr std::int64_t kMaxPolicyMs = std::int64_t{7} * 24 * 3'600'000;
constexpr std::int64_t kMinTimeoutMs = 5'000;
constexpr std::int64_t kMinTtlMs = 10'000;

absl::Status Fault(std::string_view field, std::string_view fault) {
  return Error(absl::StatusCode::kInvalidArgument, "{}: {}", field, fault);
}

// The last member of this name; nullopt when there is none, or it is null.
std::optional<std::string_view> Find(const Members& members, std::string_view name) {
  std::optional<std::string_view> found;
  for (const json::Member& member : members) {
    if (member.key == name) found = member.value;
  }
  if (found && json::KindOf(*found) == json::Kind::kNull) return std::nullopt;
  return found;
}

// Milliseconds as the seconds of JobOptions, rounded up; 0 when they are not given.
absl::StatusOr<int> ReadSeconds(const Members& policy, std::string_view name, std::int64_t least) {
  const auto value = Find(policy, name);
  if (!value) return 0;
  const auto ms = json::AsInt64(*value);
  if (ms.ok() && *ms >= least && *ms <= kMaxPolicyMs) return static_cast<int>((*ms + 999) / 1000);
  return Error(absl::StatusCode::kInvalidArgument,
               "policy.{}: must be an integer between {} and {} (milliseconds)", name, least,
               kMaxPolicyMs);
}

absl::Status ApplyPolicy(std::string_view value, RunRequest& request) {
  if (json::KindOf(value) != json::Kind::kObject) return Fault("policy", "must be an object");
  FURNACE_ASSIGN_OR_RETURN(const Members policy, json::Members(value));
  FURNACE_ASSIGN_OR_RETURN(const int timeout,
                           ReadSeconds(policy, "executionTimeout", kMinTimeoutMs));
  FURNACE_ASSIGN_OR_RETURN(const int ttl, ReadSeconds(policy, "ttl", kMinTtlMs));
  request.options.set_timeout_seconds(timeout);
  request.options.set_ttl_seconds(ttl);
  const auto low = Find(policy, "lowPriority");
  if (!low) return absl::OkStatus();
  const auto is_low = json::AsBool(*low);
  if (!is_low.ok()) return Fault("policy.lowPriority", "must be true or false");
  if (!*is_low) return absl::OkStatus();
  request.priority = kLowPriority;
  request.options.set_starts_no_worker(true);
  return absl::OkStatus();
}

// Adds options in the form that the REST API has.
absl::Status AddOptions(const std::string& json, RunRequest& request) {
  furnace::v1::JobOptions options;
  FURNACE_RETURN_IF_ERROR(ReadJson(json, "", options));
  request.options.MergeFrom(options);
  return absl::OkStatus();
}

absl::Status ApplyWebhook(std::string_view url, RunRequest& request) {
  if (json::KindOf(url) != json::Kind::kString) return Fault("webhook", "must be a string");
  if (url == R"("")") return absl::OkStatus();
  return AddOptions(fmt::format(R"({{"webhook":{{"url":{},"format":"RUNPOD"}}}})", url), request);
}

absl::Status ApplyS3Config(std::string_view config, RunRequest& request) {
  if (json::KindOf(config) != json::Kind::kObject) return Fault("s3Config", "must be an object");
  return AddOptions(fmt::format(R"({{"s3_config":{}}})", config), request);
}

}  // namespace

absl::StatusOr<RunRequest> ParseRunRequest(std::string_view body) {
  FURNACE_RETURN_IF_ERROR(json::Validate(body));
  body.remove_prefix(body.find_first_not_of(" \t\r\n"));
  if (json::KindOf(body) != json::Kind::kObject) return Fault("body", "must be an object");
  FURNACE_ASSIGN_OR_RETURN(const Members members, json::Members(body));
  RunRequest request;
  for (const json::Member& member : members) {
    if (member.key == "input") request.input = member.value;
  }
  if (request.input.empty()) return Fault("input", "missing");
  if (const auto policy = Find(members, "policy")) {
    FURNACE_RETURN_IF_ERROR(ApplyPolicy(*policy, request));
  }
  if (const auto url = Find(members, "webhook")) {
    FURNACE_RETURN_IF_ERROR(ApplyWebhook(*url, request));
  }
  if (const auto config = Find(members, "s3Config")) {
    FURNACE_RETURN_IF_ERROR(ApplyS3Config(*config, request));
  }
  return request;
}

}  // namespace furnace::gateway::http::runpod
