#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/rest/client.h"

namespace furnace::cli {

/// What `furnace endpoint create` was told; what was not, the server decides.
struct EndpointOptions {
  std::string name;
  std::string image;
  std::optional<std::string> handler;
  std::vector<std::string> gpus;
  std::vector<std::string> env;  // "NAME=value".
  std::optional<std::string> scaler_type;
  std::optional<std::int64_t> gpu_count;
  std::optional<std::int64_t> vram_min_mib;
  std::optional<std::int64_t> timeout_seconds;
  std::optional<std::int64_t> min_workers;
  std::optional<std::int64_t> max_workers;
  std::optional<std::int64_t> idle_timeout_seconds;
  std::optional<std::int64_t> scaler_value;
  std::optional<std::int64_t> max_retries;
};

/// The options as the JSON of an EndpointSpec. A usage error for an `env` entry
/// that is not of the form NAME=value or comes twice.
absl::StatusOr<std::string> SpecJson(const EndpointOptions& options);

/// The UUID of an endpoint given by UUID or by name. NOT_FOUND when the project has
/// none of that name.
absl::StatusOr<std::string> ResolveEndpoint(RestClient& client, const std::string& id_or_name);

}  // namespace furnace::cli
