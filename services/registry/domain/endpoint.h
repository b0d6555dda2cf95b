#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "services/registry/domain/queue_policy.h"
#include "services/registry/domain/retry_policy.h"

namespace furnace::registry {

/// Live endpoints a project may have.
inline constexpr int kMaxEndpoints = 1000;
/// Most endpoints of one page or one batch of changes.
inline constexpr int kMaxPageSize = 1000;
inline constexpr int kDefaultPageSize = 100;
/// Most bytes of endpoints in one answer, well below what a message may hold: a
/// thousand endpoints may carry 32 KiB of environment each.
inline constexpr std::size_t kMaxPageBytes = 8 << 20;

enum class ScalerType { kQueueDelay, kRequestCount };

/// What a job's webhook holds.
enum class WebhookFormat { kFurnace, kRunPod };

/// Where jobs are posted when they are final; without URL nowhere.
struct EndpointWebhook {
  std::string url;
  WebhookFormat format = WebhookFormat::kFurnace;

  friend bool operator==(const EndpointWebhook&, const EndpointWebhook&) = default;
};

/// An endpoint is live until it is deleted, whether it is paused or not: it is listed,
/// can be changed, and its name is taken.
enum class EndpointStatus { kActive, kDeleted, kPaused };

/// What to run, on which GPU, and how many at a time; complete and valid. Fields
/// and ranges are those of furnace.v1.EndpointSpec.
struct EndpointSpec {
  std::string name;
  std::string image_uri;
  std::string handler_path;
  std::map<std::string, std::string> env;
  std::vector<std::string> gpu_types;  // Canonical, best first.
  int gpu_count = 0;
  int vram_min_mib = 0;
  int timeout_seconds = 0;
  int min_workers = 0;
  int max_workers = 0;
  int idle_timeout_seconds = 0;
  ScalerType scaler_type = ScalerType::kQueueDelay;
  int scaler_value = 0;
  int max_retries = 0;
  RetryPolicy retry;
  QueuePolicy queue;
  int init_timeout_seconds = 0;
  int fallback_after_seconds = 0;
  std::vector<std::string> task_types;
  EndpointWebhook webhook;
  int result_retention_seconds = 0;

  friend bool operator==(const EndpointSpec&, const EndpointSpec&) = default;
};

/// A deployed handler that takes jobs.
struct Endpoint {
  std::string id;          // UUID.
  std::string project_id;  // UUID.
  EndpointSpec spec;
  std::int64_t revision = 1;  // Rises with each change of the spec.
  EndpointStatus status = EndpointStatus::kActive;
  absl::Time created_at;
  absl::Time updated_at;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// `endpoint` with `spec` as its next revision, paused if it is; unchanged when `spec`
/// is what it has.
Endpoint Revise(Endpoint endpoint, EndpointSpec spec, absl::Time now);

/// `endpoint`, paused. It keeps its revision, as its workers need not be replaced.
/// Unchanged unless it is active.
Endpoint Pause(Endpoint endpoint, absl::Time now);

/// `endpoint`, active again, in the revision it has. Unchanged unless it is paused.
Endpoint Resume(Endpoint endpoint, absl::Time now);

/// `endpoint`, deleted.
Endpoint Retire(Endpoint endpoint, absl::Time now);

/// About how large the endpoint is in a message; rather too much than too little.
std::size_t ApproximateBytes(const Endpoint& endpoint);

/// "queue_delay", "request_count".
std::string_view ToString(ScalerType type);
std::string_view ToString(WebhookFormat format);
/// "active", "deleted", "paused".
std::string_view ToString(EndpointStatus status);

}  // namespace furnace::registry
