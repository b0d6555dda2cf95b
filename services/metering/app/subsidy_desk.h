#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/subsidy_ports.h"

namespace furnace::metering {

/// What operators say about subsidies, and everybody may read of their own. Thread-safe. Errors
/// of all besides those named: those of the store.
class SubsidyDesk {
 public:
  SubsidyDesk(SubsidyStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// Says what is known of a project from `effective_from_us`, by default now, on.
  /// INVALID_ARGUMENT, naming the attribute or field.
  absl::StatusOr<ProjectAttributes> SetAttributes(const std::string& project_id,
                                                  const std::map<std::string, std::string>& texts,
                                                  std::optional<std::int64_t> effective_from_us);

  /// What was said of a project, the latest first; at most 100.
  absl::StatusOr<std::vector<ProjectAttributes>> ListAttributes(const std::string& project_id);

  /// Stores a policy under its name, in force from `effective_from_us`, by default now, on.
  /// INVALID_ARGUMENT, naming the field; RESOURCE_EXHAUSTED when it would be the 101st name.
  absl::StatusOr<Policy> SetPolicy(Policy policy, std::optional<std::int64_t> effective_from_us);

  /// The policies in force, in the order of application.
  absl::StatusOr<std::vector<Policy>> ListPolicies();

  /// See SubsidyStore.
  absl::StatusOr<std::vector<SubsidyDecision>> ListDecisions(const std::string& project_id,
                                                             std::int64_t before, int limit) {
    return store_.ListDecisions(project_id, before, limit);
  }

 private:
  std::int64_t Now() const { return absl::ToUnixMicros(clock_.Now()); }

  SubsidyStore& store_;
  const Clock& clock_;
};

}  // namespace furnace::metering
