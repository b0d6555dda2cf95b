// What batches need of the world. Blocks.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/scheduler/domain/batch.h"

namespace furnace::scheduler {

struct BatchFilter {
  std::string project_id;
  std::string endpoint_id;  // Empty: all.
  std::string before_id;    // Only ids below it; empty: all.
  int limit = 20;
};

/// A page of a batch's jobs that ended without a result.
struct FailureFilter {
  std::string batch_id;
  std::string project_id;
  int after_index = -1;  // Only jobs behind this place of the batch.
  int limit = 100;
};

struct FailedJob {
  int index = 0;  // Its place in the batch, from 0.
  Job job;
};

/// Jobs of a batch that ended for the same reason.
struct FailureGroup {
  JobStatus status = JobStatus::kFailed;
  FailureCause cause = FailureCause::kNone;
  int jobs = 0;

  friend bool operator==(const FailureGroup&, const FailureGroup&) = default;
};

/// A batch of whose jobs history has none.
struct EmptyBatch {
  std::string id;
  std::string project_id;
  std::string first_job_id;
};

/// Batches, beside the history of their jobs: what they tell of jobs is what has been
/// relayed from the queue.
class BatchStore {
 public:
  virtual ~BatchStore() = default;

  /// Stores a batch of these jobs, by its id.
  virtual absl::Status Add(const Batch& batch, const std::vector<std::string>& job_ids) = 0;

  /// Drops a batch; one that is not there is dropped already.
  virtual absl::Status Remove(const std::string& batch_id) = 0;

  /// A batch of the project, or NOT_FOUND.
  virtual absl::StatusOr<Batch> Get(const std::string& batch_id, const std::string& project_id) = 0;

  /// Batches by falling id.
  virtual absl::StatusOr<std::vector<Batch>> List(const BatchFilter& filter) = 0;

  /// The jobs of a batch of the project, in order; or NOT_FOUND.
  virtual absl::StatusOr<std::vector<std::string>> JobIds(const std::string& batch_id,
                                                          const std::string& project_id) = 0;

  /// All failures of a batch of the project by kind, the largest group first.
  virtual absl::StatusOr<std::vector<FailureGroup>> FailureGroups(
      const std::string& batch_id, const std::string& project_id) = 0;

  /// Failed jobs in the order of the batch, without inputs, outputs and chunks.
  virtual absl::StatusOr<std::vector<FailedJob>> Failures(const FailureFilter& filter) = 0;

  /// Those of the batches that are done and have a webhook_url.
  virtual absl::StatusOr<std::vector<Batch>> DoneWithWebhook(
      const std::vector<std::string>& batch_ids) = 0;

  /// Batches made on the day before `time` of whose jobs history has none, the oldest
  /// first.
  virtual absl::StatusOr<std::vector<EmptyBatch>> WithoutJobs(absl::Time time, int limit) = 0;
};

/// Who is told of jobs of batches. Blocks.
class BatchListener {
 public:
  virtual ~BatchListener() = default;

  /// Jobs of these batches have ended, and history has them. After an error it is called
  /// again.
  virtual absl::Status OnJobsEnded(const std::vector<std::string>& batch_ids) = 0;
};

}  // namespace furnace::scheduler
