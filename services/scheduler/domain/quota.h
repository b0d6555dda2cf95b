#pragma once

#include <cstdint>

namespace furnace::scheduler {

/// What a project may use at most; 0 of something: no quota. Meaning and ranges:
/// furnace.v1.ProjectQuota.
struct ProjectQuota {
  std::int64_t max_queued_jobs = 0;
  std::int64_t max_concurrent_gpus = 0;
  std::int64_t max_requests_per_day = 0;

  friend bool operator==(const ProjectQuota&, const ProjectQuota&) = default;
};

}  // namespace furnace::scheduler
