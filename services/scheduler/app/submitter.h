#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "libs/common/runtime/thread_pool.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Inputs larger than this lie in the payload store and not in the queue's memory.
inline constexpr std::size_t kInlineBytes = 4096;

/// What a client wants run.
struct JobRequest {
  std::string project_id;
  std::string endpoint_id;
  std::string task_type;  // Instead of endpoint_id.
  struct Item {
    std::string input;  // Valid JSON.
    int priority = 0;
    std::optional<absl::Time> not_before;
    std::optional<absl::Duration> ttl;  // nullopt: the endpoint's; so the next.
    std::optional<absl::Duration> timeout;
    std::string concurrency_key;
    /// What is asked beyond the endpoint's wishes; no GPU types: the endpoint's.
    Affinity affinity;
  };
  std::vector<Item> items;
  std::string idempotency_key;  // Empty: none. Only with one item.
  bool watched = false;         // Somebody will watch the jobs from the start.
};

/// A job that is about to be queued.
struct UpcomingJob {
  JobRecord record;
  std::optional<absl::Time> not_before;
  absl::Duration ttl;

  /// The job as it is once it has been queued.
  JobRecord QueuedAt(absl::Time now) const;
};

/// The job that an item of a submission will be.
UpcomingJob Upcoming(const Submission& submission, std::size_t index);

/// Turns requests into queued jobs. Thread-safe.
class Submitter {
 public:
  /// `blocking` runs what writes the payload store.
  Submitter(EndpointCatalog& catalog, JobQueue& queue, PayloadStore& payloads,
            runtime::ThreadPool& blocking, const Clock& clock, int shards)
      : catalog_(catalog),
        queue_(queue),
        payloads_(payloads),
        blocking_(blocking),
        clock_(clock),
        shards_(shards) {}

  /// Whether Prepare would not block.
  bool IsQuick(const JobRequest& request) const;

  /// What to give to Submit: jobs with new ids, large inputs stored.
  /// NOT_FOUND for an endpoint the project may not submit to, or a task type that none
  /// of its endpoints declares; INVALID_ARGUMENT for a GPU type that is not one of the
  /// endpoint's; errors of the payload store. May block; nothing is queued yet.
  absl::StatusOr<Submission> Prepare(JobRequest request);

  /// JobQueue::Submit; the stored inputs of a submission that was certainly not queued
  /// are dropped again. Does not block.
  void Submit(Submission submission, Done<SubmitResult> done);

 private:
  absl::StatusOr<EndpointPtr> EndpointFor(const JobRequest& request);
  void DropInputs(std::vector<std::string> job_ids);
  absl::Status StoreLargeInputs(Submission& submission);

  EndpointCatalog& catalog_;
  JobQueue& queue_;
  PayloadStore& payloads_;
  runtime::ThreadPool& blocking_;
  const Clock& clock_;
  const int shards_;
};

}  // namespace furnace::scheduler
