#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"

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

/// An endpoint as the scheduler needs to know it.
struct Endpoint {
  std::string id;
  std::string project_id;
  std::string name;
  std::int64_t revision = 1;
  bool deleted = false;

  std::string image_uri;
  std::string handler_path;
  std::map<std::string, std::string> env;
  std::vector<std::string> gpu_types;  // Canonical, in order of preference.
  int gpu_count = 1;
  int vram_min_mib = 0;
  absl::Duration timeout = absl::Seconds(300);
  int max_retries = 0;
  ScalePolicy scale;
};

}  // namespace furnace::scheduler
