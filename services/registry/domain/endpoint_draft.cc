#include "services/registry/domain/endpoint_draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "libs/common/base/status.h"
#include "libs/common/base/webhook_url.h"
#include "services/registry/domain/gpu_type.h"
#include "services/registry/domain/image_uri.h"
#include "services/registry/domain/range.h"
#include "services/registry/domain/text.h"

namespace furnace::registry {
namespace {

constexpr std::string_view kDefaultHandlerPath = "handler.py";
constexpr std::size_t kMaxHandlerPathChars = 255;
constexpr std::size_t kMaxEnvEntries = 100;
constexpr std::size_t kMaxEnvBytes = 32 << 10;
constexpr int kDefaultQueueDelaySeconds = 4;
constexpr int kDefaultJobsPerWorker = 1;
constexpr int kDefaultInitTimeoutSeconds = 420;
constexpr std::size_t kMaxTaskTypes = 16;
constexpr int kDefaultRetentionSeconds = 604'800;  // 7 days.
constexpr int kMaxRetentionSeconds = 2'678'400;    // 31 days.

absl::Status ValidateHandlerPath(std::string_view path) {
  if (path.size() <= kMaxHandlerPathChars && path.front() != '/' && path.back() != '/' &&
      !ClimbsUp(path) && !HasControlCharacter(path)) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kInvalidArgument,
               "spec.handler_path: {} is not a relative path of at most {} characters without '..'",
               Shown(path), kMaxHandlerPathChars);
}

bool IsEnvNameChar(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// What speaks of the worker and its agent; others of RUNPOD_ are an image's settings.
bool IsKeptForWorker(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames = {"RUNPOD_AI_API_KEY", "RUNPOD_POD_ID",
                                                      "RUNPOD_ENDPOINT_ID", "RUNPOD_PING_INTERVAL",
                                                      "RUNPOD_REALTIME_PORT"};
  return name.starts_with("FURNACE_") || name.starts_with("RUNPOD_WEBHOOK_") ||
         std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

absl::Status ValidateEnvName(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9') ||
      !std::all_of(name.begin(), name.end(), IsEnvNameChar)) {
    return Error(absl::StatusCode::kInvalidArgument,
                 "spec.env: {} is not a name of [A-Za-z_][A-Za-z0-9_]*", Shown(name));
  }
  if (IsKeptForWorker(name)) {
    return Error(absl::StatusCode::kInvalidArgument, "spec.env: {} is kept for the worker",
                 Shown(name));
  }
  return absl::OkStatus();
}

absl::Status ValidateEnv(const std::map<std::string, std::string>& env) {
  if (env.size() > kMaxEnvEntries) {
    return Error(absl::StatusCode::kInvalidArgument, "spec.env: {} entries are more than {}",
                 env.size(), kMaxEnvEntries);
  }
  std::size_t bytes = 0;
  for (const auto& [name, value] : env) {
    FURNACE_RETURN_IF_ERROR(ValidateEnvName(name));
    // An environment ends a value at the first NUL.
    if (value.find('\0') != std::string::npos) {
      return Error(absl::StatusCode::kInvalidArgument, "spec.env: the value of {} holds a NUL",
                   Shown(name));
    }
    bytes += name.size() + value.size();
  }
  if (bytes <= kMaxEnvBytes) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "spec.env: {} bytes are more than {}", bytes,
               kMaxEnvBytes);
}

absl::Status ValidateTaskTypes(const std::vector<std::string>& types) {
  if (types.size() > kMaxTaskTypes) {
    return Error(absl::StatusCode::kInvalidArgument, "spec.task_types: {} are more than {}",
                 types.size(), kMaxTaskTypes);
  }
  for (std::size_t i = 0; i < types.size(); ++i) {
    FURNACE_RETURN_IF_ERROR(ValidateName(fmt::format("spec.task_types[{}]", i), types[i]));
    if (std::find(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(i), types[i]) !=
        types.begin() + static_cast<std::ptrdiff_t>(i)) {
      return Error(absl::StatusCode::kInvalidArgument, "spec.task_types: {} comes twice",
                   Shown(types[i]));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<EndpointWebhook> NormaliseWebhook(const std::optional<EndpointWebhook>& webhook) {
  if (!webhook) return EndpointWebhook();
  if (webhook->url.empty()) return absl::InvalidArgumentError("spec.webhook.url: required");
  FURNACE_RETURN_IF_ERROR(Annotate(CheckWebhookUrl(webhook->url), "spec.webhook.url"));
  return *webhook;
}

absl::Status ValidateNumbers(const EndpointSpec& spec) {
  FURNACE_RETURN_IF_ERROR(Check({"gpu_count", 1, 16}, spec.gpu_count));
  FURNACE_RETURN_IF_ERROR(Check({"vram_min_mib", 0, 1'048'576}, spec.vram_min_mib));
  FURNACE_RETURN_IF_ERROR(Check({"timeout_seconds", 1, 604'800}, spec.timeout_seconds));
  FURNACE_RETURN_IF_ERROR(Check({"min_workers", 0, 100}, spec.min_workers));
  FURNACE_RETURN_IF_ERROR(Check({"max_workers", 1, 1000}, spec.max_workers));
  if (spec.min_workers > spec.max_workers) {
    return Error(absl::StatusCode::kInvalidArgument,
                 "spec.min_workers: {} is more than max_workers, {}", spec.min_workers,
                 spec.max_workers);
  }
  FURNACE_RETURN_IF_ERROR(Check({"idle_timeout_seconds", 1, 3600}, spec.idle_timeout_seconds));
  FURNACE_RETURN_IF_ERROR(Check({"scaler_value", 1, 3600}, spec.scaler_value));
  FURNACE_RETURN_IF_ERROR(Check({"max_retries", 0, 10}, spec.max_retries));
  FURNACE_RETURN_IF_ERROR(Check({"init_timeout_seconds", 1, 3600}, spec.init_timeout_seconds));
  FURNACE_RETURN_IF_ERROR(
      Check({"fallback_after_seconds", 0, 86'400}, spec.fallback_after_seconds));
  return Check({"result_retention_seconds", 60, kMaxRetentionSeconds},
               spec.result_retention_seconds);
}

}  // namespace

absl::StatusOr<EndpointSpec> Normalise(const EndpointDraft& draft) {
  EndpointSpec spec;
  FURNACE_RETURN_IF_ERROR(ValidateName("spec.name", draft.name));
  spec.name = draft.name;
  FURNACE_RETURN_IF_ERROR(ValidateImageUri(draft.image_uri));
  spec.image_uri = draft.image_uri;
  spec.handler_path = draft.handler_path.empty() ? kDefaultHandlerPath : draft.handler_path;
  FURNACE_RETURN_IF_ERROR(ValidateHandlerPath(spec.handler_path));
  FURNACE_RETURN_IF_ERROR(ValidateEnv(draft.env));
  spec.env = draft.env;
  FURNACE_ASSIGN_OR_RETURN(spec.gpu_types, NormaliseGpuTypes(draft.gpu_types));
  spec.gpu_count = draft.gpu_count.value_or(1);
  spec.vram_min_mib = draft.vram_min_mib;
  spec.timeout_seconds = draft.timeout_seconds.value_or(300);
  spec.min_workers = draft.min_workers;
  spec.max_workers = draft.max_workers.value_or(10);
  spec.idle_timeout_seconds = draft.idle_timeout_seconds.value_or(5);
  spec.scaler_type = draft.scaler_type;
  spec.scaler_value = draft.scaler_value.value_or(spec.scaler_type == ScalerType::kQueueDelay
                                                      ? kDefaultQueueDelaySeconds
                                                      : kDefaultJobsPerWorker);
  spec.max_retries = draft.max_retries;
  spec.init_timeout_seconds = draft.init_timeout_seconds.value_or(kDefaultInitTimeoutSeconds);
  spec.fallback_after_seconds = draft.fallback_after_seconds;
  spec.result_retention_seconds = draft.result_retention_seconds.value_or(kDefaultRetentionSeconds);
  FURNACE_RETURN_IF_ERROR(ValidateNumbers(spec));
  FURNACE_RETURN_IF_ERROR(ValidateTaskTypes(draft.task_types));
  spec.task_types = draft.task_types;
  FURNACE_ASSIGN_OR_RETURN(spec.webhook, NormaliseWebhook(draft.webhook));
  FURNACE_ASSIGN_OR_RETURN(spec.retry, Normalise(draft.retry));
  FURNACE_ASSIGN_OR_RETURN(spec.queue, Normalise(draft.queue));
  return spec;
}

absl::Status ValidateUpdate(const EndpointSpec& current, const EndpointSpec& next) {
  if (current.name == next.name) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "spec.name: cannot change from {} to {}",
               Shown(current.name), Shown(next.name));
}

}  // namespace furnace::registry
