#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/job_reader.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// What became of a call that redrives many jobs.
struct Redriven {
  int jobs = 0;
  bool more = false;  // Dead letters are left.
};

/// Brings jobs that have ended without a result back to life, and drops those that
/// wait. Blocks. Thread-safe.
class Redriver {
 public:
  /// Dead letters that one call of RedriveAll takes.
  static constexpr int kMaxRedriven = 100;

  Redriver(JobQueue& queue, JobReader& reader, JobHistory& history, EndpointCatalog& catalog)
      : queue_(queue), reader_(reader), history_(history), catalog_(catalog) {}

  /// Queues a FAILED or TIMED_OUT job again. NOT_FOUND when the project has none of
  /// that id, FAILED_PRECONDITION when it is in another state or its endpoint is gone.
  absl::Status Redrive(const std::string& job_id, const std::string& project_id);

  /// Queues the newest dead letters of an endpoint again. NOT_FOUND when the project
  /// has no such endpoint.
  absl::StatusOr<Redriven> RedriveAll(const std::string& endpoint_id,
                                      const std::string& project_id);

  /// Cancels every job of the endpoint that waits; how many. NOT_FOUND as above.
  absl::StatusOr<int> Purge(const std::string& endpoint_id, const std::string& project_id);

 private:
  /// For each job whether it was queued.
  absl::StatusOr<std::vector<bool>> Queue(const Endpoint& endpoint, std::vector<JobRecord> jobs);

  JobQueue& queue_;
  JobReader& reader_;
  JobHistory& history_;
  EndpointCatalog& catalog_;
};

}  // namespace furnace::scheduler
