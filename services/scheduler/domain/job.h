// The life of a job, as values and pure functions. This is the specification; the
// Lua scripts in storage/redis/lua do the same to what Redis holds, and a property
// test drives both with the same histories.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/scheduler/domain/job_status.h"
#include "services/scheduler/domain/retry_policy.h"

namespace furnace::scheduler {

/// Names an attempt: the lease of a job under an epoch, which is the attempt's
/// number. Whoever acts on a job under an older epoch is refused.
struct LeaseId {
  std::string job_id;
  int epoch = 0;

  friend bool operator==(const LeaseId&, const LeaseId&) = default;
  friend auto operator<=>(const LeaseId&, const LeaseId&) = default;
};

/// What becomes of a job when a parent does not end as COMPLETED. Numbers as
/// furnace.v1.ParentFailurePolicy; they are stored.
enum class ParentFailure { kFail = 1, kSkip = 2, kContinue = 3 };

/// What is reported of an attempt while it runs: its hours that are over, see lease_parts.h.
struct ReportedParts {
  int count = 0;
  absl::Time until = absl::InfinitePast();  // All up to here; only with a count.

  friend bool operator==(const ReportedParts&, const ReportedParts&) = default;
};

struct Job {
  std::string id;
  std::string endpoint_id;
  std::string project_id;
  JobStatus status = JobStatus::kInQueue;
  int priority = 0;
  std::string affinity;  // See affinity.h.
  absl::Duration timeout;
  RetryPolicy retry;
  std::string concurrency_key;           // Jobs that share it run one at a time; empty: none.
  std::string batch_id;                  // That it was submitted with; empty: none.
  std::string webhook;                   // See EncodeJobWebhook; empty: none.
  std::string attribution;               // See EncodeAttribution; empty: none.
  std::optional<absl::Time> not_before;  // While WAITING or DELAYED: its time, if it has one.
  std::optional<absl::Time> expires_at;  // When it ends unless it runs.

  std::vector<std::string> depends_on;  // Its parents: jobs that end before it runs.
  ParentFailure on_parent_failure = ParentFailure::kFail;
  bool refers_to_outputs = false;  // Its input refers to its parents' outputs.
  /// While WAITING: what has not ended, parents or the graph that it came with. The
  /// queue keeps it apart from the job.
  std::set<std::string> unfinished;

  int attempt = 0;      // Attempts started: the epoch of the present or last lease.
  int retry_count = 0;  // Attempts that a handler failed.
  int loss_count = 0;   // Attempts lost to platform faults.

  std::string worker_id;  // Of the present or last attempt, as the next two.
  std::string gpu_type;
  int gpu_count = 0;
  absl::Duration cold_start;  // Of the worker whose first job this was.
  ReportedParts reported;     // Of the attempt that runs.

  absl::Time queued_at = absl::InfinitePast();
  std::optional<absl::Time> first_started_at;  // Of an attempt that a handler could begin.
  std::optional<absl::Time> started_at;
  std::optional<absl::Time> completed_at;
  std::int64_t gpu_time_us = 0;          // Billed: lease time x GPUs over the attempts.
  std::int64_t gpu_memory_peak_mib = 0;  // Of the attempt that used most; 0: not known.

  /// Inline, or nullopt when it lies in the payload store or there is none.
  std::optional<std::string> input;
  std::optional<std::string> output;
  bool input_stored = false;   // The input lies in the payload store.
  bool output_stored = false;  // So does the output, under the last epoch.
  std::string error;
  FailureCause cause = FailureCause::kNone;
  std::string progress;                // Of the present or last attempt.
  std::int64_t progress_sequence = 0;  // Reports so far, over all attempts.

  std::int64_t version = 0;  // Rises by one with each transition.
};

/// Who takes a job.
struct WorkerOnGpu {
  std::string worker_id;
  std::string gpu_type;
  int gpu_count = 1;
  absl::Duration cold_start;  // Zero unless this is the worker's first job.
};

/// How an attempt ended.
struct Outcome {
  FailureCause cause = FailureCause::kNone;  // None: `output` is the result.
  std::optional<std::string> output;
  bool output_stored = false;
  std::string error;
  std::int64_t gpu_memory_peak_mib = 0;  // 0: not known.
  std::int64_t tokens = 0;               // That a language model read and wrote; 0: not known.
  /// Of the attempt, before a handler could begin it. It starts that much later, unless parts of
  /// it are reported: then its start is known.
  absl::Duration waited;
  /// No handler could begin it: it starts when it ends, and is no loss. Only with a platform fault.
  bool never_began = false;
};

/// A new job as it is accepted at `now`: WAITING when something is `unfinished`, DELAYED
/// when `not_before` is later, else IN_QUEUE; with `ttl` to live (zero: for ever).
Job Accept(Job job, std::optional<absl::Time> not_before, absl::Duration ttl, absl::Time now);

/// The job under a new lease. FAILED_PRECONDITION unless it is IN_QUEUE.
absl::StatusOr<Job> Start(Job job, const WorkerOnGpu& worker, absl::Time now);

/// Lets the attempt that runs start at `start` and not with its lease.
void MoveStart(Job& job, absl::Time start);

/// The job after its attempt `epoch` ended at `now`, having started `outcome.waited` after
/// its lease, but not after its end: COMPLETED, back IN_QUEUE, DELAYED
/// for its backoff, or FAILED when its retries or losses are spent. `draw`: see
/// BackoffBefore.
///
/// ABORTED when that attempt does not hold the lease any more.
absl::StatusOr<Job> End(Job job, int epoch, const Outcome& outcome, int draw, absl::Time now);

/// The WAITING job after `parent`, one of its unfinished, ended as `how`: it waits on, is
/// runnable (DELAYED or IN_QUEUE) as nothing is unfinished any more, or ends by its policy.
/// FAILED_PRECONDITION when it does not wait for that.
absl::StatusOr<Job> EndParent(Job job, const std::string& parent, JobStatus how, absl::Time now);

/// The DELAYED job IN_QUEUE. FAILED_PRECONDITION unless it is due.
absl::StatusOr<Job> Release(Job job, absl::Time now);

/// The job TIMED_OUT. FAILED_PRECONDITION when it runs, is final, or has time left.
absl::StatusOr<Job> Expire(Job job, absl::Time now);

/// The FAILED or TIMED_OUT job back IN_QUEUE with all its retries, and `ttl` to live
/// (zero: for ever). FAILED_PRECONDITION for a job in another state.
absl::StatusOr<Job> Redrive(Job job, absl::Duration ttl, absl::Time now);

/// The job CANCELLED; a final job as it is.
Job Cancel(Job job, absl::Time now);

/// Where the job stands in its queue: lower goes first. Microseconds since the
/// epoch, moved ahead by `head_start` for each step of priority, so that a job of
/// high priority passes those runnable less than that before it and nothing waits
/// for ever. Critical jobs go before all others, even where priority is strict.
std::int64_t QueueScore(absl::Time runnable_at, int priority, absl::Duration head_start,
                        bool critical = false);

}  // namespace furnace::scheduler
