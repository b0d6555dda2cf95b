#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "services/scheduler/config.h"

namespace furnace::scheduler {

/// The whole scheduler, wired: what main runs, and tests run in their own process.
class Scheduler {
 public:
  /// Migrates the schema, connects, and serves. UNAVAILABLE says what could not be
  /// reached or bound.
  static absl::StatusOr<std::unique_ptr<Scheduler>> Start(const Config& config);
  ~Scheduler();

  int port() const;

  /// Stops the workers, if configured so, then drains. Call it once.
  void Stop();

 private:
  struct Parts;
  explicit Scheduler(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace furnace::scheduler
