// What the scheduler needs of the world. storage/, clients/ and drivers/ implement
// these; tests/support/ does in memory.
//
// The queue's methods are asynchronous, for a worker's stream must not hold a
// thread: `done` is called exactly once, on a thread that must not block. The
// others block and are for threads that may.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/scheduler/app/driver_port.h"
#include "services/scheduler/app/job_events.h"
#include "services/scheduler/app/payload_port.h"
#include "services/scheduler/domain/affinity.h"
#include "services/scheduler/domain/autoscale.h"
#include "services/scheduler/domain/budget.h"
#include "services/scheduler/domain/endpoint.h"
#include "services/scheduler/domain/job.h"
#include "services/scheduler/domain/wait_reason.h"

namespace furnace::scheduler {

template <typename T>
using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;

/// Jobs to queue: of one endpoint, sharing all but their inputs.
struct Submission {
  struct Item {
    std::string id;
    int priority = 0;
    std::string affinity;  // Its class.
    std::string input;     // Empty when it has been stored.
    bool input_stored = false;
    bool watched = false;  // Changes are announced from the start.
    absl::Duration timeout;
    absl::Duration ttl;                        // Zero: for ever.
    std::optional<absl::Time> not_before;      // nullopt: runnable at once.
    std::string concurrency_key;               // Empty: none.
    bool persisted = false;                    // In history before it is acknowledged.
    std::vector<std::string> depends_on = {};  // Jobs that must end first; see Job.
    ParentFailure on_parent_failure = ParentFailure::kFail;
    bool refers_to_outputs = false;  // The input does, to those of these jobs.
    std::string graph_id = {};       // Held until the graph is decided on; empty: none.
    std::string webhook = {};        // See EncodeJobWebhook; empty: none.
    std::string s3_config = {};      // For the handler, until the job ends; empty: none.
    std::string attribution = {};    // See EncodeAttribution; empty: none.
  };

  std::string endpoint_id;
  std::string project_id;
  RetryPolicy retry;
  absl::Duration head_start;
  /// The caller chose the ids: another submission may have queued the same jobs.
  bool ids_given = false;
  int max_queued = 100'000;  // Jobs of the endpoint that may wait, these included.
  /// Names what is submitted, for as long as `idempotency_ttl`; empty: nothing does.
  /// Only with one item.
  std::string idempotency_key;
  absl::Duration idempotency_ttl;
  std::string fingerprint;    // Of the input and options that the key stands for.
  std::string batch_id = {};  // Of the items; empty: none.
  bool counted = false;       // Against the project's quota of requests.
  std::vector<Item> items;
};

/// What became of a submission.
struct SubmitResult {
  absl::Time queued_at;
  /// The job that the idempotency key stands for; empty: the submission's own, which
  /// otherwise was not queued.
  std::string known_id;
};

/// A worker that has room.
struct WorkerRoom {
  WorkerOnGpu worker;
  WorkerTraits traits = {};
  int jobs = 0;
};

/// Workers of an endpoint that ask for jobs.
struct ClaimRequest {
  std::string endpoint_id;
  std::vector<WorkerRoom> workers;
  absl::Duration lease;
  int max_concurrency = 0;             // Jobs of the endpoint that may run at a time; 0: any.
  std::vector<std::string> warm = {};  // Models that workers of the endpoint have warm.
  /// Windows of jobs, see ParseTimeWindow, and whether they are open. Jobs of others are
  /// passed over.
  std::map<std::string, bool> windows = {};
  /// What an attempt costs of each budget with a hard stop. While one has nothing left, no job
  /// is leased, or none of the API key that it is for.
  std::vector<BudgetRate> budgets = {};
};

struct ClaimedJob {
  std::string worker_id;
  LeaseId lease;
  absl::Duration timeout;
  std::optional<std::string> input;  // nullopt: it lies in the payload store.
  /// The project whose jobs' outputs the input refers to; empty: it refers to none.
  std::string outputs_of = {};
  std::string model = {};      // That its affinity names; empty: none.
  std::string s3_config = {};  // See Submission; empty: none.
};

/// What a claim gave.
struct Claimed {
  std::vector<ClaimedJob> jobs;
  bool again = false;  // Jobs wait until they have waited long enough for these workers.
  std::vector<std::string> unknown_windows = {};  // That the request lacks; at most 100.
};

/// Asks for a lease to be renewed.
struct Renewal {
  LeaseId lease;
  /// For how long its worker had the job before a handler began it; InfiniteDuration: none has
  /// yet. nullopt: not known.
  std::optional<absl::Duration> waited = {};
};

struct Settlement {
  LeaseId lease;
  Outcome outcome;
  /// The worker that must hold the lease; empty: whichever does.
  std::string worker_id = {};
  int draw = 0;  // See BackoffBefore.
};

enum class SettleResult { kFinal, kQueuedAgain, kRepeated, kNotHeld };

struct ProgressReport {
  LeaseId lease;
  std::string progress;  // Empty: no news.
  std::vector<std::string> chunks;
  /// The worker that must hold the lease; empty: whichever does.
  std::string worker_id = {};
  /// From 1 and rising within the attempt; 0: not numbered.
  std::int64_t sequence = 0;
  std::int64_t stored = 0;  // The reports up to this one need not be there.
  /// Whose answer makes the notice of the change needless to it. The notice names it.
  std::string reporter = {};
};

/// What became of a report.
struct ReportResult {
  bool held = false;        // Else the attempt holds no lease, and nothing is stored.
  bool known = false;       // It was stored before: its number is not above the attempt's last.
  std::int64_t chunks = 0;  // That the job has had, unless it was known.

  friend bool operator==(const ReportResult&, const ReportResult&) = default;
};

/// What Find is to do besides.
struct FindOptions {
  bool watch = false;                        // Announce the job's changes from now on.
  bool input = false;                        // Return the input, if it is inline.
  std::optional<std::int64_t> chunks_after;  // Return the chunks after so many.
};

/// What a handler has yielded.
struct Chunk {
  int attempt = 0;  // 0: not known.
  std::string body;

  friend bool operator==(const Chunk&, const Chunk&) = default;
};

/// A job with what its handlers have yielded: `chunks` are the last of `chunk_count`.
struct JobRecord {
  Job job;
  std::vector<Chunk> chunks;
  std::int64_t chunk_count = 0;
  bool has_dependents = false;  // Others wait for its end, or did. Only of a live job.
  /// Chunks that a reader asked for and that are not kept any more.
  std::int64_t chunks_dropped = 0;
  /// When history forgets the job; only for Save, of a final job.
  std::optional<absl::Time> kept_until = {};
  bool is_past = false;  // That time is over: no job any more for whoever asks. Only from Get.
  /// Holds credentials: for the handler and for a rebuild of the queue, and for nobody else.
  /// Empty: there is none, or the job is final.
  std::string s3_config = {};
};

/// Jobs of one endpoint to queue again.
struct RedriveRequest {
  std::string endpoint_id;
  absl::Duration head_start;
  absl::Duration ttl;  // To live from now; zero: for ever.
  /// As history has them, with inline inputs, for those that have left the queue. At
  /// most 100.
  std::vector<JobRecord> jobs;
};

/// A job that Cancel met, as it was before.
struct CancelledJob {
  JobStatus status_before = JobStatus::kInQueue;
  std::string worker_id;
  int epoch = 0;
};

/// The queue of live jobs. Errors of all methods: UNAVAILABLE, the queue was not
/// reached and the call may or may not have happened; RESOURCE_EXHAUSTED, it is
/// full.
class JobQueue {
 public:
  virtual ~JobQueue() = default;

  /// Queues all items, or none. ALREADY_EXISTS when its idempotency key stands for
  /// something else.
  virtual void Submit(Submission submission, Done<SubmitResult> done) = 0;

  /// Leases an endpoint's next jobs.
  virtual void Claim(ClaimRequest request, Done<Claimed> done) = 0;

  /// Renews leases of jobs in one shard; gives those that are lost. One whose budget has nothing
  /// left is not renewed and, when less than half of it is left, ended with cause kBudget, or
  /// given back when no handler has begun it. Of attempts that a lifetime does not cover, hours
  /// that are over are reported, see TakeParts, where it is known when the handler began.
  virtual void Renew(int shard, std::vector<Renewal> renewals, absl::Duration lease,
                     Done<std::vector<LeaseId>> done) = 0;

  /// Ends an attempt. Calls made while others are on their way go together.
  virtual void Settle(Settlement settlement, Done<SettleResult> done) = 0;

  /// Of the chunks of a job no more bytes are kept, and no more of them.
  static constexpr int kMaxChunkBytes = 1 << 20;
  static constexpr int kMaxChunks = 10'000;

  /// Stores progress and chunks. ABORTED when a report before this one has not come. What is
  /// settled after this call is settled after this report.
  virtual void Report(ProgressReport report, Done<ReportResult> done) = 0;

  /// Queues jobs again that FAILED or TIMED_OUT; gives for each whether it was in
  /// such a state.
  virtual void Redrive(RedriveRequest request, Done<std::vector<bool>> done) = 0;

  /// Cancels at most `limit` jobs of an endpoint that wait; gives how many. 0: none
  /// waits any more.
  virtual void Purge(const std::string& endpoint_id, int limit, Done<int> done) = 0;

  /// Cancels a live job of the project; gives nullopt when there is none.
  virtual void Cancel(const std::string& job_id, const std::string& project_id,
                      Done<std::optional<CancelledJob>> done) = 0;

  /// Gives where a job waits; nullopt when it does not.
  virtual void Locate(const std::string& job_id, Done<std::optional<QueuePlace>> done) = 0;

  /// Gives a live job, or nullopt. A final job is live until it is in history.
  virtual void Find(const std::string& job_id, FindOptions options,
                    Done<std::optional<JobRecord>> done) = 0;
};

/// The background side of a shard: for whichever replica leads it. Blocks.
class ShardLog {
 public:
  virtual ~ShardLog() = default;

  /// Takes or keeps the leadership of `shard`; false when another replica has it.
  virtual absl::StatusOr<bool> Lead(int shard, const std::string& replica, absl::Duration term) = 0;

  /// Takes back leases whose deadline has passed, makes delayed jobs that are due
  /// runnable, and ends those whose time to live is over; reports what has passed of lifetimes,
  /// see WorkerLives, as events; at most `limit` of each.
  virtual absl::StatusOr<Swept> Sweep(int shard, int limit) = 0;

  /// The oldest events not yet forgotten, at most `limit` for each shard; a call
  /// that repeats without Forget gives the same ones again.
  virtual absl::StatusOr<std::map<int, std::vector<JobEvent>>> ReadEvents(
      const std::vector<int>& shards, int limit) = 0;

  /// The jobs, with inputs and chunks, as they are now. Those gone are left out.
  virtual absl::StatusOr<std::vector<JobRecord>> ReadJobs(int shard,
                                                          const std::vector<std::string>& ids) = 0;

  /// Drops events, and those of `stored` (id, version) that are final.
  virtual absl::Status Forget(int shard, const std::vector<std::string>& event_ids,
                              const std::vector<std::pair<std::string, std::int64_t>>& stored) = 0;

  /// Stores what keeps an endpoint's workers away, for Locate to tell.
  virtual absl::Status SetHindrance(const std::string& endpoint_id, const Hindrance& hindrance) = 0;

  /// Stores what an endpoint's workers can take, for Locate to tell.
  virtual absl::Status SetCapacity(const std::string& endpoint_id, const Capacity& capacity) = 0;

  /// Adds to what is known of how long attempts take, by endpoint of `shard`, for Locate
  /// to tell.
  virtual absl::Status RecordRuns(int shard, const std::map<std::string, RunHistory>& runs) = 0;

  /// Queue lengths of endpoints, by id.
  virtual absl::StatusOr<std::map<std::string, QueueSnapshot>> Survey(
      const std::vector<std::string>& endpoint_ids) = 0;
};

struct JobFilter {
  std::string project_id;
  std::string endpoint_id;          // Empty: all.
  std::optional<JobStatus> status;  // nullopt: all.
  std::string before_id;            // Only ids below it; empty: all.
  std::string batch_id = {};        // Empty: all.
  int limit = 100;
};

/// Jobs as they were last relayed from the queue.
class JobHistory {
 public:
  virtual ~JobHistory() = default;

  /// Stores jobs; a version that is not above the stored one changes nothing, but that it
  /// says when a final job is forgotten.
  virtual absl::Status Save(const std::vector<JobRecord>& jobs) = 0;

  /// A job of the project with its output and input, or NOT_FOUND.
  virtual absl::StatusOr<JobRecord> Get(const std::string& job_id,
                                        const std::string& project_id) = 0;

  /// Jobs by falling id, without inputs, outputs and chunks, and without those whose time is
  /// over.
  virtual absl::StatusOr<std::vector<Job>> List(const JobFilter& filter) = 0;
};

struct EndpointChanges {
  std::vector<Endpoint> endpoints;
  std::int64_t cursor = 0;
};

/// The registry's endpoints.
class EndpointSource {
 public:
  virtual ~EndpointSource() = default;

  /// NOT_FOUND when there never was such an endpoint.
  virtual absl::StatusOr<Endpoint> Find(const std::string& endpoint_id) = 0;
  /// What changed after `cursor` (0: all), oldest first.
  virtual absl::StatusOr<EndpointChanges> ChangesSince(std::int64_t cursor) = 0;
};

/// Where usage goes.
class UsageSink {
 public:
  virtual ~UsageSink() = default;

  /// Records attempts, all or none; one recorded before is skipped.
  /// INVALID_ARGUMENT when one of them can never be recorded.
  virtual absl::Status Record(const std::vector<AttemptEnd>& attempts) = 0;

  /// Likewise parts of attempts, those that are taken back included.
  virtual absl::Status RecordParts(const std::vector<AttemptPart>& parts) = 0;

  /// Likewise slices of workers' lifetimes.
  virtual absl::Status RecordSlices(const std::vector<WorkerSlice>& slices) = 0;
};

/// A connected worker's stream, as the dispatcher writes to it. Thread-safe; a call
/// on a stream that is gone does nothing.
class WorkerLink {
 public:
  virtual ~WorkerLink() = default;

  struct Assignment {
    LeaseId lease;
    std::string input;
    absl::Duration timeout;
    std::string s3_config = {};
  };

  /// False when the stream is gone and the jobs will not reach the worker.
  virtual bool Assign(std::vector<Assignment> jobs) = 0;
  virtual void Settled(const std::vector<LeaseId>& leases) = 0;
  virtual void LeaseLost(const std::vector<LeaseId>& leases) = 0;
  /// The attempt's reports up to this one need not be sent again.
  virtual void ProgressStored(const LeaseId& lease, std::int64_t sequence) = 0;
  virtual void CancelJob(const LeaseId& lease) = 0;
  virtual void Drain() = 0;
  /// Another session of the same worker has taken over.
  virtual void Close() = 0;
};

}  // namespace furnace::scheduler
