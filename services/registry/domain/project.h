#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace furnace::registry {

/// The project that an installation starts with.
inline constexpr char kDefaultProject[] = "default";

/// A tenant: owner of endpoints, jobs, keys and bills.
struct Project {
  std::string id;    // UUID, the same one the platform knows the project by.
  std::string name;  // Unique.
  absl::Time created_at;
};

/// INVALID_ARGUMENT naming the field that breaks its rule ("name" or "id").
absl::Status Validate(const Project& project);

}  // namespace furnace::registry
