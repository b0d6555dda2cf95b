#include "services/registry/storage/postgres/endpoint_row.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::registry {
namespace {

// Where select_endpoint.sql has what.
enum Column {
  kId,
  kProjectId,
  kName,
  kImageUri,
  kHandlerPath,
  kEnv,
  kGpuTypes,
  kGpuCount,
  kVramMinMib,
  kTimeoutSeconds,
  kMinWorkers,
  kMaxWorkers,
  kIdleTimeoutSeconds,
  kScalerType,
  kScalerValue,
  kMaxRetries,
  kRetryBackoffMs,
  kRetryMaxBackoffMs,
  kRetryNoRetryOn,
  kQueueHeadStartMs,
  kQueueStrictPriority,
  kQueueTtlSeconds,
  kQueueMaxConcurrency,
  kQueueMaxQueued,
  kQueueIdempotencyTtlSeconds,
  kInitTimeoutSeconds,
  kFallbackAfterSeconds,
  kTaskTypes,
  kWebhookUrl,
  kWebhookFormat,
  kResultRetentionSeconds,
  kRevision,
  kStatus,
  kCreatedAt,
  kUpdatedAt,
  kChange,
};

// The one of `values` that is written as `text`.
template <typename Enum>
absl::StatusOr<Enum> ParseEnum(std::string_view text, std::initializer_list<Enum> values) {
  for (const Enum value : values) {
    if (ToString(value) == text) return value;
  }
  return Error(absl::StatusCode::kInternal, "unknown '{}' in the database", text);
}

absl::StatusOr<std::map<std::string, std::string>> ParseEnv(std::string_view object) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<json::Member> members, json::Members(object));
  std::map<std::string, std::string> env;
  for (const json::Member& member : members) {
    FURNACE_ASSIGN_OR_RETURN(env[member.key], json::AsString(member.value));
  }
  return env;
}

absl::StatusOr<std::vector<std::string>> ParseStrings(std::string_view array) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string_view> elements, json::Elements(array));
  std::vector<std::string> strings;
  for (const std::string_view element : elements) {
    FURNACE_ASSIGN_OR_RETURN(strings.emplace_back(), json::AsString(element));
  }
  return strings;
}

int Number(const postgres::Rows& rows, int row, Column column) {
  return static_cast<int>(rows.Int(row, column));
}

absl::StatusOr<RetryPolicy> ReadRetry(const postgres::Rows& rows, int row) {
  RetryPolicy policy;
  policy.backoff_ms = Number(rows, row, kRetryBackoffMs);
  policy.max_backoff_ms = Number(rows, row, kRetryMaxBackoffMs);
  FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string> causes,
                           ParseStrings(rows.Text(row, kRetryNoRetryOn)));
  for (const std::string& text : causes) {
    FURNACE_ASSIGN_OR_RETURN(
        const FailureCause cause,
        ParseEnum(text, {FailureCause::kHandlerError, FailureCause::kHandlerExited,
                         FailureCause::kTimeout}));
    policy.no_retry_on.insert(cause);
  }
  return policy;
}

QueuePolicy ReadQueue(const postgres::Rows& rows, int row) {
  return {.head_start_ms = Number(rows, row, kQueueHeadStartMs),
          .strict_priority = rows.Bool(row, kQueueStrictPriority),
          .ttl_seconds = Number(rows, row, kQueueTtlSeconds),
          .max_concurrency = Number(rows, row, kQueueMaxConcurrency),
          .max_queued = Number(rows, row, kQueueMaxQueued),
          .idempotency_ttl_seconds = Number(rows, row, kQueueIdempotencyTtlSeconds)};
}

absl::StatusOr<EndpointSpec> ReadSpec(const postgres::Rows& rows, int row) {
  const auto number = [&](Column column) { return Number(rows, row, column); };
  EndpointSpec spec;
  spec.name = rows.Text(row, kName);
  spec.image_uri = rows.Text(row, kImageUri);
  spec.handler_path = rows.Text(row, kHandlerPath);
  FURNACE_ASSIGN_OR_RETURN(spec.env, ParseEnv(rows.Text(row, kEnv)));
  FURNACE_ASSIGN_OR_RETURN(spec.gpu_types, ParseStrings(rows.Text(row, kGpuTypes)));
  spec.gpu_count = number(kGpuCount);
  spec.vram_min_mib = number(kVramMinMib);
  spec.timeout_seconds = number(kTimeoutSeconds);
  spec.min_workers = number(kMinWorkers);
  spec.max_workers = number(kMaxWorkers);
  spec.idle_timeout_seconds = number(kIdleTimeoutSeconds);
  FURNACE_ASSIGN_OR_RETURN(
      spec.scaler_type,
      ParseEnum(rows.Text(row, kScalerType), {ScalerType::kQueueDelay, ScalerType::kRequestCount}));
  spec.scaler_value = number(kScalerValue);
  spec.max_retries = number(kMaxRetries);
  FURNACE_ASSIGN_OR_RETURN(spec.retry, ReadRetry(rows, row));
  spec.queue = ReadQueue(rows, row);
  spec.init_timeout_seconds = number(kInitTimeoutSeconds);
  spec.fallback_after_seconds = number(kFallbackAfterSeconds);
  FURNACE_ASSIGN_OR_RETURN(spec.task_types, ParseStrings(rows.Text(row, kTaskTypes)));
  spec.webhook.url = rows.Text(row, kWebhookUrl);
  FURNACE_ASSIGN_OR_RETURN(
      spec.webhook.format,
      ParseEnum(rows.Text(row, kWebhookFormat), {WebhookFormat::kFurnace, WebhookFormat::kRunPod}));
  spec.result_retention_seconds = number(kResultRetentionSeconds);
  return spec;
}

}  // namespace

std::vector<postgres::Param> PutEndpointParams(const Endpoint& endpoint, std::int64_t change) {
  const EndpointSpec& spec = endpoint.spec;
  std::vector<postgres::Param> names;
  std::vector<postgres::Param> values;
  for (const auto& [name, value] : spec.env) {
    names.emplace_back(name);
    values.emplace_back(value);
  }
  std::vector<postgres::Param> causes;
  for (const FailureCause cause : spec.retry.no_retry_on) causes.emplace_back(ToString(cause));
  return {endpoint.id,
          endpoint.project_id,
          spec.name,
          spec.image_uri,
          spec.handler_path,
          postgres::ArrayLiteral(names),
          postgres::ArrayLiteral(values),
          postgres::ArrayLiteral({spec.gpu_types.begin(), spec.gpu_types.end()}),
          std::to_string(spec.gpu_count),
          std::to_string(spec.vram_min_mib),
          std::to_string(spec.timeout_seconds),
          std::to_string(spec.min_workers),
          std::to_string(spec.max_workers),
          std::to_string(spec.idle_timeout_seconds),
          std::string(ToString(spec.scaler_type)),
          std::to_string(spec.scaler_value),
          std::to_string(spec.max_retries),
          std::to_string(spec.retry.backoff_ms),
          std::to_string(spec.retry.max_backoff_ms),
          postgres::ArrayLiteral(causes),
          std::to_string(spec.queue.head_start_ms),
          spec.queue.strict_priority ? "true" : "false",
          std::to_string(spec.queue.ttl_seconds),
          std::to_string(spec.queue.max_concurrency),
          std::to_string(spec.queue.max_queued),
          std::to_string(spec.queue.idempotency_ttl_seconds),
          std::to_string(spec.init_timeout_seconds),
          std::to_string(spec.fallback_after_seconds),
          postgres::ArrayLiteral({spec.task_types.begin(), spec.task_types.end()}),
          spec.webhook.url,
          std::string(ToString(spec.webhook.format)),
          std::to_string(spec.result_retention_seconds),
          std::to_string(endpoint.revision),
          std::string(ToString(endpoint.status)),
          postgres::TimeParam(endpoint.created_at),
          postgres::TimeParam(endpoint.updated_at),
          std::to_string(change)};
}

absl::StatusOr<Endpoint> ReadEndpoint(const postgres::Rows& rows, int row) {
  Endpoint endpoint;
  endpoint.id = rows.Text(row, kId);
  endpoint.project_id = rows.Text(row, kProjectId);
  FURNACE_ASSIGN_OR_RETURN(endpoint.spec, ReadSpec(rows, row));
  endpoint.revision = rows.Int(row, kRevision);
  FURNACE_ASSIGN_OR_RETURN(
      endpoint.status,
      ParseEnum(rows.Text(row, kStatus),
                {EndpointStatus::kActive, EndpointStatus::kDeleted, EndpointStatus::kPaused}));
  endpoint.created_at = absl::FromUnixMicros(rows.Int(row, kCreatedAt));
  endpoint.updated_at = absl::FromUnixMicros(rows.Int(row, kUpdatedAt));
  return endpoint;
}

std::int64_t ReadChange(const postgres::Rows& rows, int row) { return rows.Int(row, kChange); }

}  // namespace furnace::registry
