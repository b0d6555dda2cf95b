#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Finds jobs wherever they are: in the queue while live, in history afterwards.
/// Blocks. Thread-safe.
class JobReader {
 public:
  JobReader(JobQueue& queue, JobHistory& history, PayloadStore& payloads)
      : queue_(queue), history_(history), payloads_(payloads) {}

  /// The project's job as the queue or history has it: what lies in the payload store
  /// is left there. NOT_FOUND when it has none of that id.
  absl::StatusOr<JobRecord> Find(const std::string& job_id, const std::string& project_id,
                                 bool with_input);

  /// The project's job with its output, and its input where asked for. NOT_FOUND
  /// when it has none of that id.
  absl::StatusOr<JobRecord> Get(const std::string& job_id, const std::string& project_id,
                                bool with_input, bool with_output = true);

  /// As Get, for a job that depends on it: it may be one whose time in history is over, that is
  /// kept just for such jobs.
  absl::StatusOr<JobRecord> GetParent(const std::string& job_id, const std::string& project_id);

  /// Fetches an output that lies in the payload store. OUT_OF_RANGE when it has more than
  /// `max_bytes`.
  absl::Status LoadOutput(Job& job, std::size_t max_bytes = PayloadStore::kAnyBytes);

 private:
  absl::StatusOr<JobRecord> FindAny(const std::string& job_id, const std::string& project_id,
                                    bool with_input);
  absl::Status LoadInput(Job& job);

  JobQueue& queue_;
  JobHistory& history_;
  PayloadStore& payloads_;
};

}  // namespace furnace::scheduler
