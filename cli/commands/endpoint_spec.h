#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/rest/client.h"

namespace furnace::cli {

/// What `furnace endpoint create` and `update` were told; what was not, the server
/// decides, or it stays.
struct EndpointOptions {
  std::optional<std::string> name;
  std::optional<std::string> image;
  std::optional<std::string> handler;
  std::vector<std::string> gpus;
  std::vector<std::string> env;        // "NAME=value".
  std::vector<std::string> unset_env;  // "NAME".
  std::optional<std::string> scaler_type;
  std::optional<std::int64_t> gpu_count;
  std::optional<std::int64_t> vram_min_mib;
  std::optional<std::int64_t> timeout_seconds;
  std::optional<std::int64_t> min_workers;
  std::optional<std::int64_t> max_workers;
  std::optional<std::int64_t> idle_timeout_seconds;
  std::optional<std::int64_t> scaler_value;
  std::optional<std::int64_t> max_retries;
  std::optional<std::int64_t> backoff_ms;
  std::optional<std::int64_t> max_backoff_ms;
  std::vector<std::string> no_retry_on;  // Causes, or "NONE" alone.
  std::optional<std::int64_t> head_start_ms;
  std::optional<bool> strict_priority;
  std::optional<std::int64_t> ttl_seconds;
  std::optional<std::int64_t> max_concurrency;
  std::optional<std::int64_t> max_queued;
  std::optional<std::int64_t> idempotency_ttl_seconds;
  std::optional<std::int64_t> init_timeout_seconds;
  std::optional<std::int64_t> fallback_after_seconds;
  std::vector<std::string> task_types;
  std::optional<std::string> webhook;  // URL; empty: none any more.
  std::optional<std::string> webhook_format;
  std::optional<std::int64_t> result_retention_seconds;
};

/// The JSON of the EndpointSpec `current` with the options in place of what it has;
/// fields that this build does not know stay as they are. Names of the environment
/// are set one by one, other lists replaced.
///
/// A usage error for an `env` entry that is not of the form NAME=value or comes
/// twice, and for "NONE" beside a cause.
absl::StatusOr<std::string> SpecJson(const EndpointOptions& options,
                                     std::string_view current = "{}");

/// The UUID of an endpoint given by UUID or by name. NOT_FOUND when the project has
/// none of that name.
absl::StatusOr<std::string> ResolveEndpoint(RestClient& client, const std::string& id_or_name);

}  // namespace furnace::cli
