#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/registry/domain/endpoint.h"

namespace furnace::registry {

/// An EndpointSpec as a client wrote it: anything may be left out or wrong.
struct EndpointDraft {
  std::string name;
  std::string image_uri;
  std::string handler_path;
  std::map<std::string, std::string> env;
  std::vector<std::string> gpu_types;
  std::optional<int> gpu_count;
  int vram_min_mib = 0;
  std::optional<int> timeout_seconds;
  int min_workers = 0;
  std::optional<int> max_workers;
  std::optional<int> idle_timeout_seconds;
  ScalerType scaler_type = ScalerType::kQueueDelay;
  std::optional<int> scaler_value;
  int max_retries = 0;
  RetryDraft retry;
  QueueDraft queue;
  std::optional<int> init_timeout_seconds;
  int fallback_after_seconds = 0;
  std::vector<std::string> task_types;
  std::optional<EndpointWebhook> webhook;
  std::optional<int> result_retention_seconds;
};

/// The spec that `draft` means, defaults filled in.
///
/// Errors: INVALID_ARGUMENT naming the first field that breaks its rule, as
/// "spec.<field>", and the rule. Values of `env` are never quoted.
absl::StatusOr<EndpointSpec> Normalise(const EndpointDraft& draft);

/// INVALID_ARGUMENT unless `next` keeps the name of `current`.
absl::Status ValidateUpdate(const EndpointSpec& current, const EndpointSpec& next);

}  // namespace furnace::registry
