#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/metering/app/sink_ports.h"

namespace furnace::metering {

/// Seconds since the end of the oldest UTC hour that is over and not delivered in full; 0
/// when there is none.
std::int64_t LagSeconds(const SinkReport& report, absl::Time now);

/// What operators see and do about sinks. Thread-safe. Errors of all besides those named:
/// NOT_FOUND for a sink that was never on, and those of the store.
class SinkDesk {
 public:
  explicit SinkDesk(SinkStore& store) : store_(store) {}

  absl::StatusOr<std::vector<SinkReport>> List() { return store_.Report(); }

  /// See SinkStore.
  absl::StatusOr<std::vector<PoisonedEvent>> ListPoisoned(const std::string& sink,
                                                          const std::string& after_key, int limit);
  absl::StatusOr<std::int64_t> Redrive(const std::string& sink,
                                       const std::vector<std::string>& keys);
  absl::StatusOr<std::vector<SinkProject>> ListProjects(const std::string& sink,
                                                        const std::string& after_id, int limit);

  /// INVALID_ARGUMENT for a project_id that is no UUID, or an account_id that is not 1 to
  /// 128 printable ASCII characters or, for Waybill, a UUID other than zero.
  absl::Status SetProject(const SinkProject& project);

 private:
  absl::Status Find(const std::string& sink);

  SinkStore& store_;
};

}  // namespace furnace::metering
