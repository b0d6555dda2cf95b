#include "cli/commands/endpoint_spec.h"

#include <algorithm>
#include <set>

#include "cli/commands/json_object.h"
#include "cli/commands/run_request.h"
#include "cli/session.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "libs/common/json/json.h"

namespace furnace::cli {
namespace {

// The most endpoints a project may have.
constexpr std::size_t kMaxEndpoints = 1000;

absl::StatusOr<JsonObject> ParseEnv(const std::vector<std::string>& entries) {
  JsonObject env;
  std::set<std::string> names;
  for (const std::string& entry : entries) {
    const auto equals = entry.find('=');
    const std::string name = entry.substr(0, equals);
    if (equals == std::string::npos || name.empty()) {
      return UsageError(fmt::format("--env: '{}' is not of the form NAME=value", entry));
    }
    if (!names.insert(name).second) return UsageError(fmt::format("--env: {} comes twice", name));
    env.Add(name, std::optional<std::string>(entry.substr(equals + 1)));
  }
  return env;
}

// The environment `current`, which may be empty, as the options leave it.
absl::StatusOr<std::string> EnvJson(const EndpointOptions& options, std::string_view current) {
  JsonObject kept;
  if (!current.empty()) {
    FURNACE_ASSIGN_OR_RETURN(const std::vector<json::Member> members, json::Members(current));
    for (const json::Member& member : members) {
      const auto unset = std::find(options.unset_env.begin(), options.unset_env.end(), member.key);
      if (unset == options.unset_env.end()) kept.AddRaw(member.key, std::string(member.value));
    }
  }
  FURNACE_ASSIGN_OR_RETURN(const JsonObject given, ParseEnv(options.env));
  return given.Over(kept.ToString());
}

absl::StatusOr<JsonObject> RetryJson(const EndpointOptions& options) {
  JsonObject retry;
  retry.Add("backoff_ms", options.backoff_ms);
  retry.Add("max_backoff_ms", options.max_backoff_ms);
  const std::vector<std::string>& causes = options.no_retry_on;
  if (std::find(causes.begin(), causes.end(), "NONE") == causes.end()) {
    retry.Add("no_retry_on", causes);
  } else if (causes.size() == 1) {
    retry.AddRaw("no_retry_on", "[]");
  } else {
    return UsageError("--no-retry-on: NONE stands alone");
  }
  return retry;
}

JsonObject QueueJson(const EndpointOptions& options) {
  JsonObject queue;
  queue.Add("head_start_ms", options.head_start_ms);
  queue.Add("strict_priority", options.strict_priority);
  queue.Add("ttl_seconds", options.ttl_seconds);
  queue.Add("max_concurrency", options.max_concurrency);
  queue.Add("max_queued", options.max_queued);
  queue.Add("idempotency_ttl_seconds", options.idempotency_ttl_seconds);
  return queue;
}

// Adds the object `name` of the spec `current` with the changes, if there are any.
absl::Status AddNested(std::string_view name, const JsonObject& changes, std::string_view current,
                       JsonObject& spec) {
  if (changes.empty()) return absl::OkStatus();
  FURNACE_ASSIGN_OR_RETURN(std::string merged, changes.Over(current));
  spec.AddRaw(name, std::move(merged));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> SpecJson(const EndpointOptions& options, std::string_view current) {
  FURNACE_ASSIGN_OR_RETURN(const Answer before, Answer::Parse(std::string(current)));
  FURNACE_ASSIGN_OR_RETURN(std::string env, EnvJson(options, before.Raw("env")));
  FURNACE_ASSIGN_OR_RETURN(const JsonObject retry, RetryJson(options));
  JsonObject spec;
  spec.Add("name", options.name);
  spec.Add("image_uri", options.image);
  spec.Add("handler_path", options.handler);
  spec.Add("gpu_types", options.gpus);
  if (!options.env.empty() || !options.unset_env.empty()) spec.AddRaw("env", std::move(env));
  spec.Add("gpu_count", options.gpu_count);
  spec.Add("vram_min_mib", options.vram_min_mib);
  spec.Add("timeout_seconds", options.timeout_seconds);
  spec.Add("min_workers", options.min_workers);
  spec.Add("max_workers", options.max_workers);
  spec.Add("idle_timeout_seconds", options.idle_timeout_seconds);
  spec.Add("scaler_type", options.scaler_type);
  spec.Add("scaler_value", options.scaler_value);
  spec.Add("max_retries", options.max_retries);
  FURNACE_RETURN_IF_ERROR(AddNested("retry", retry, before.Raw("retry"), spec));
  FURNACE_RETURN_IF_ERROR(AddNested("queue", QueueJson(options), before.Raw("queue"), spec));
  spec.Add("init_timeout_seconds", options.init_timeout_seconds);
  spec.Add("fallback_after_seconds", options.fallback_after_seconds);
  spec.Add("task_types", options.task_types);
  if (options.webhook) {
    spec.AddRaw("webhook", options.webhook->empty()
                               ? "null"
                               : WebhookJson(*options.webhook, options.webhook_format));
  }
  spec.Add("result_retention_seconds", options.result_retention_seconds);
  return spec.Over(current);
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
