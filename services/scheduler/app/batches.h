#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/scheduler/app/batch_ports.h"
#include "services/scheduler/app/dispatcher.h"
#include "services/scheduler/app/job_reader.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/app/submitter.h"

namespace furnace::scheduler {

/// Failures of a batch: all by kind, and one page of the jobs.
struct FailureReport {
  std::vector<FailureGroup> groups;
  std::vector<FailedJob> failures;
};

/// Batches: queues, tells of and cancels many jobs at once. Blocks. Thread-safe.
class Batches {
 public:
  /// A batch without jobs in history that is older was never queued, unless its jobs are
  /// in the queue: far above the deadline of a submit.
  static constexpr absl::Duration kOrphanAge = absl::Minutes(10);
  static constexpr absl::Duration kDropEvery = absl::Minutes(1);

  Batches(BatchStore& store, Submitter& submitter, JobQueue& queue, JobReader& reader,
          Dispatcher& dispatcher, const Clock& clock)
      : store_(store),
        submitter_(submitter),
        queue_(queue),
        reader_(reader),
        dispatcher_(dispatcher),
        clock_(clock) {}

  /// Queues what Submitter::Prepare has made of a request with `options`; the jobs' ids.
  /// Errors: those of JobQueue::Submit and of the store.
  absl::StatusOr<std::vector<std::string>> Submit(Submission submission,
                                                  const BatchOptions& options);

  /// NOT_FOUND when the project has none of that id; so the others.
  absl::StatusOr<Batch> Get(const std::string& batch_id, const std::string& project_id) {
    return store_.Get(batch_id, project_id);
  }
  absl::StatusOr<std::vector<Batch>> List(const BatchFilter& filter) { return store_.List(filter); }
  absl::StatusOr<FailureReport> Failures(const FailureFilter& filter);

  /// Cancels the jobs that are not final; how many. After an error some may be left.
  absl::StatusOr<int> Cancel(const std::string& batch_id, const std::string& project_id);

  /// Forgets batches whose submit was cut off before it reached the queue.
  void DropOrphans();

 private:
  absl::StatusOr<int> CancelAll(const std::vector<std::string>& job_ids,
                                const std::string& project_id);

  BatchStore& store_;
  Submitter& submitter_;
  JobQueue& queue_;
  JobReader& reader_;
  Dispatcher& dispatcher_;
  const Clock& clock_;
};

}  // namespace furnace::scheduler
