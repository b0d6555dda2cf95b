#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/scheduler/app/batch_ports.h"
#include "services/scheduler/app/dispatcher.h"
#include "services/scheduler/app/job_reader.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/app/submitter.h"
#include "services/scheduler/app/webhook_ports.h"

namespace furnace::scheduler {

/// A batch, and what has become of its webhook.
struct BatchView {
  Batch batch;
  std::optional<Webhook> webhook;  // nullopt: there was nothing to send yet.
};

/// Failures of a batch: all by kind, and one page of the jobs.
struct FailureReport {
  std::vector<FailureGroup> groups;
  std::vector<FailedJob> failures;
};

/// Batches: queues, tells of and cancels many jobs at once. Blocks. Thread-safe.
class Batches final : public BatchListener {
 public:
  /// A batch as JSON: the body of its webhook.
  using Render = std::function<std::string(const Batch& batch)>;

  /// A batch without jobs in history that is older was never queued, unless its jobs are
  /// in the queue: far above the deadline of a submit.
  static constexpr absl::Duration kOrphanAge = absl::Minutes(10);
  static constexpr absl::Duration kDropEvery = absl::Minutes(1);

  Batches(BatchStore& store, WebhookOutbox& outbox, Render render, Submitter& submitter,
          JobQueue& queue, JobReader& reader, Dispatcher& dispatcher, const Clock& clock)
      : store_(store),
        outbox_(outbox),
        render_(std::move(render)),
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
  absl::StatusOr<BatchView> Get(const std::string& batch_id, const std::string& project_id);
  absl::StatusOr<std::vector<Batch>> List(const BatchFilter& filter) { return store_.List(filter); }
  absl::StatusOr<FailureReport> Failures(const FailureFilter& filter);

  /// Cancels the jobs that are not final; how many. After an error some may be left.
  absl::StatusOr<int> Cancel(const std::string& batch_id, const std::string& project_id);

  /// Puts the webhooks of those that are done into the outbox, once for each time they
  /// get done.
  absl::Status OnJobsEnded(const std::vector<std::string>& batch_ids) override;

  /// Forgets batches whose submit was cut off before it reached the queue.
  void DropOrphans();

 private:
  absl::StatusOr<int> CancelAll(const std::vector<std::string>& job_ids,
                                const std::string& project_id);

  BatchStore& store_;
  WebhookOutbox& outbox_;
  const Render render_;
  Submitter& submitter_;
  JobQueue& queue_;
  JobReader& reader_;
  Dispatcher& dispatcher_;
  const Clock& clock_;
};

}  // namespace furnace::scheduler
