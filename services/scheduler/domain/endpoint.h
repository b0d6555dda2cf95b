#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/scheduler/domain/retry_policy.h"

namespace furnace::scheduler {

enum class ScalerType { kQueueDelay, kRequestCount };

/// When an endpoint's worker count changes. Meaning and ranges of the fields:
/// furnace.v1.EndpointSpec.
struct ScalePolicy {
  int min_workers = 0;
  int max_workers = 10;
  absl::Duration idle_timeout = absl::Seconds(5);
  ScalerType type = ScalerType::kQueueDelay;
  int value = 4;
};

/// How an endpoint's jobs wait. Meaning and ranges: furnace.v1.QueuePolicy.
struct QueuePolicy {
  /// How far a step of priority moves a job ahead. kStrictHeadStart for strict
  /// priority.
  absl::Duration head_start = absl::Seconds(60);
  absl::Duration ttl;       // Zero: for ever.
  int max_concurrency = 0;  // 0: any.
  int max_queued = 100'000;
  absl::Duration idempotency_ttl = absl::Hours(24);
};

/// So far ahead that no age makes up for a step of priority, and scores are still
/// whole numbers in a double.
inline constexpr absl::Duration kStrictHeadStart = absl::Hours(24 * 365 * 10);

/// An endpoint as the scheduler needs to know it.
struct Endpoint {
  std::string id;
  std::string project_id;
  std::string name;
  std::int64_t revision = 1;
  bool deleted = false;
  bool paused = false;

  std::string image_uri;
  std::string handler_path;
  std::map<std::string, std::string> env;
  std::vector<std::string> gpu_types;  // Canonical, in order of preference.
  absl::Duration fallback_after;       // See Affinity.
  std::vector<std::string> task_types;
  std::string webhook;  // Of jobs that name none, see EncodeJobWebhook; empty: none.
  int gpu_count = 1;
  int vram_min_mib = 0;
  absl::Duration timeout = absl::Seconds(300);
  absl::Duration init_timeout = absl::Minutes(7);
  RetryPolicy retry;
  QueuePolicy queue;
  ScalePolicy scale;
  absl::Duration result_retention = absl::Hours(24 * 7);  // Of a job, from its end.
};

}  // namespace furnace::scheduler
