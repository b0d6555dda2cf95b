#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace furnace::registry {

/// The project that an installation starts with.
inline constexpr char kDefaultProject[] = "default";

/// What a project may use at most; 0 of something: no quota. Meaning and ranges:
/// furnace.v1.ProjectQuota.
struct ProjectQuota {
  std::int64_t max_queued_jobs = 0;
  std::int64_t max_concurrent_gpus = 0;
  std::int64_t max_requests_per_day = 0;

  friend bool operator==(const ProjectQuota&, const ProjectQuota&) = default;
};

/// A tenant: owner of endpoints, jobs, keys and bills.
struct Project {
  std::string id;    // UUID, the same one the platform knows the project by.
  std::string name;  // Unique.
  absl::Time created_at;
  ProjectQuota quota = {};
};

/// INVALID_ARGUMENT naming the field that breaks its rule ("name" or "id").
absl::Status Validate(const Project& project);

/// INVALID_ARGUMENT naming the field that is out of its range, e.g. "quota.max_queued_jobs".
absl::Status Validate(const ProjectQuota& quota);

}  // namespace furnace::registry
