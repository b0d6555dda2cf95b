#include "cli/commands/endpoint_spec.h"

#include <set>

#include "cli/session.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "libs/common/json/json.h"

namespace furnace::cli {
namespace {

// The most endpoints a project may have.
constexpr std::size_t kMaxEndpoints = 1000;

absl::StatusOr<std::string> EnvJson(const std::vector<std::string>& entries) {
  std::vector<std::string> members;
  std::set<std::string> names;
  for (const std::string& entry : entries) {
    const auto equals = entry.find('=');
    const std::string name = entry.substr(0, equals);
    if (equals == std::string::npos || name.empty()) {
      return UsageError(fmt::format("--env: '{}' is not of the form NAME=value", entry));
    }
    if (!names.insert(name).second) return UsageError(fmt::format("--env: {} comes twice", name));
    members.push_back(json::Quote(name) + ":" + json::Quote(entry.substr(equals + 1)));
  }
  return fmt::format("{{{}}}", fmt::join(members, ","));
}

std::string StringsJson(const std::vector<std::string>& values) {
  std::vector<std::string> quoted;
  quoted.reserve(values.size());
  for (const std::string& value : values) quoted.push_back(json::Quote(value));
  return fmt::format("[{}]", fmt::join(quoted, ","));
}

}  // namespace

absl::StatusOr<std::string> SpecJson(const EndpointOptions& options) {
  std::vector<std::string> members;
  const auto add = [&](std::string_view name, std::string_view json) {
    members.push_back(fmt::format("\"{}\":{}", name, json));
  };
  const auto add_text = [&](std::string_view name, const std::optional<std::string>& value) {
    if (value.has_value()) add(name, json::Quote(*value));
  };
  const auto add_int = [&](std::string_view name, std::optional<std::int64_t> value) {
    if (value.has_value()) add(name, std::to_string(*value));
  };
  FURNACE_ASSIGN_OR_RETURN(const std::string env, EnvJson(options.env));
  add_text("name", options.name);
  add_text("image_uri", options.image);
  add_text("handler_path", options.handler);
  if (!options.gpus.empty()) add("gpu_types", StringsJson(options.gpus));
  if (!options.env.empty()) add("env", env);
  add_int("gpu_count", options.gpu_count);
  add_int("vram_min_mib", options.vram_min_mib);
  add_int("timeout_seconds", options.timeout_seconds);
  add_int("min_workers", options.min_workers);
  add_int("max_workers", options.max_workers);
  add_int("idle_timeout_seconds", options.idle_timeout_seconds);
  add_text("scaler_type", options.scaler_type);
  add_int("scaler_value", options.scaler_value);
  add_int("max_retries", options.max_retries);
  return fmt::format("{{{}}}", fmt::join(members, ","));
}

absl::StatusOr<std::string> ResolveEndpoint(RestClient& client, const std::string& id_or_name) {
  if (IsUuid(id_or_name)) return id_or_name;
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Answer> endpoints,
                           FetchAll(client, Target("/v1/endpoints"), "endpoints", kMaxEndpoints));
  for (const Answer& endpoint : endpoints) {
    if (endpoint.Object("spec").Text("name") == id_or_name) return endpoint.Text("id");
  }
  return Error(absl::StatusCode::kNotFound, "no endpoint is named '{}'", id_or_name);
}

}  // namespace furnace::cli
