#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/registry/app/ports.h"
#include "services/registry/domain/access.h"

namespace furnace::registry {

/// Tenants. Thread-safe. Errors are those of the proto's ProjectService, and the
/// store's.
class Projects {
 public:
  /// Most projects a list holds.
  static constexpr int kMaxListed = 1000;

  Projects(ProjectStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// An empty `id` asks for a new one.
  absl::StatusOr<Project> Create(const std::string& name, const std::string& id);
  absl::StatusOr<Project> Get(const Caller& caller, std::string_view project_id);
  /// The caller's project, or all for an operator.
  absl::StatusOr<std::vector<Project>> List(const Caller& caller);
  /// Whether the caller is an operator is checked by whoever calls this.
  absl::StatusOr<Project> SetQuota(const Caller& caller, std::string_view project_id,
                                   const ProjectQuota& quota);
  /// Those that have a quota, by id, after `after_id`; a `limit` of 0 asks for kMaxPageSize.
  absl::StatusOr<std::vector<Project>> ListWithQuota(const std::string& after_id, int limit);

 private:
  ProjectStore& store_;
  const Clock& clock_;
};

}  // namespace furnace::registry
