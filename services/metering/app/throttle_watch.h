// What Waybill says of projects that have spent their budget.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/sink_ports.h"

namespace furnace::metering {

/// Most projects asked about in one round, and listed.
inline constexpr int kMaxThrottledProjects = 10'000;

/// A project to be throttled.
struct Throttle {
  std::string project_id = {};
  std::string reason = {};     // "budget_exceeded".
  std::string env_scope = {};  // "non-production": which of its environments.
  absl::Time since = absl::UnixEpoch();
};

/// Asks Waybill. Used by one thread.
class ThrottleSource {
 public:
  virtual ~ThrottleSource() = default;

  /// Whether the project that is called `account_id` there is throttled, and why; nullopt:
  /// it is not. Errors: UNAVAILABLE.
  virtual absl::StatusOr<std::optional<Throttle>> Ask(const std::string& account_id) = 0;
};

/// Keeps what it said. Thread-safe. Errors of all: those of the database.
class ThrottleStore {
 public:
  virtual ~ThrottleStore() = default;

  /// Projects that Waybill knows: those mapped and, with `same_project_ids`, those with
  /// usage since `since`.
  virtual absl::StatusOr<std::vector<SinkProject>> Projects(bool same_project_ids,
                                                            absl::Time since) = 0;
  virtual absl::Status Set(const Throttle& throttle) = 0;
  virtual absl::Status Clear(const std::string& project_id) = 0;

  /// By project id.
  virtual absl::StatusOr<std::vector<Throttle>> List() = 0;
};

/// Keeps the list of throttled projects as Waybill has it. For one thread.
class ThrottleWatch {
 public:
  ThrottleWatch(bool same_project_ids, ThrottleStore& store, ThrottleSource& source,
                const Clock& clock)
      : same_project_ids_(same_project_ids), store_(store), source_(source), clock_(clock) {}

  /// Asks about every project that Waybill knows. On an error what was known of the rest
  /// stays.
  absl::Status Poll();

 private:
  const bool same_project_ids_;
  ThrottleStore& store_;
  ThrottleSource& source_;
  const Clock& clock_;
};

}  // namespace furnace::metering
