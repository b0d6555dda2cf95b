#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "libs/common/runtime/thread_pool.h"
#include "services/scheduler/app/admission.h"
#include "services/scheduler/app/dependencies.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/persister.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/app/request_quota.h"
#include "services/scheduler/app/start_rules.h"
#include "services/scheduler/domain/batch.h"

namespace furnace::scheduler {

/// Inputs larger than this lie in the payload store and not in the queue's memory.
inline constexpr std::size_t kInlineBytes = 4096;

/// What a client wants run.
struct JobRequest {
  std::string project_id;
  std::string endpoint_id;
  std::string task_type;        // Instead of endpoint_id.
  std::string api_key_id = {};  // That it comes with; empty: none.
  struct Item {
    std::string id = {};  // In the endpoint's shard; empty: a new one.
    std::string input;    // Valid JSON.
    int priority = 0;
    std::optional<absl::Time> not_before;
    std::optional<absl::Duration> ttl;  // nullopt: the endpoint's; so the next.
    std::optional<absl::Duration> timeout;
    std::string concurrency_key;
    bool persisted = false;  // In history before it is acknowledged.
    std::vector<std::string> depends_on = {};
    ParentFailure on_parent_failure = ParentFailure::kFail;
    bool refers_to_outputs = false;  // Found out by Prepare, but of a graph's jobs.
    std::string window = {};         // See ParseTimeWindow; empty: none.
    std::string webhook = {};        // See EncodeJobWebhook; empty: the endpoint's.
    std::string s3_config = {};      // Valid JSON; empty: none.
    std::map<std::string, std::string> tags = {};
    /// What is asked beyond the endpoint's wishes; no GPU types: the endpoint's.
    Affinity affinity;
  };
  std::vector<Item> items;
  std::string idempotency_key;  // Empty: none. Only with one item.
  std::string graph_id = {};    // What has been checked with the graph is not checked again.
  bool watched = false;         // Somebody will watch the jobs from the start.
  /// The items are a batch; nullopt: one job on its own.
  std::optional<BatchOptions> batch;
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
  /// `blocking` runs what writes the payload store, and links jobs to their parents.
  Submitter(EndpointCatalog& catalog, JobQueue& queue, PayloadStore& payloads, Persister& persister,
            Admission& admission, Dependencies& dependencies, runtime::ThreadPool& blocking,
            const Clock& clock, int shards, RequestQuota* requests = nullptr,
            const StartRules* rules = nullptr)
      : catalog_(catalog),
        queue_(queue),
        payloads_(payloads),
        persister_(persister),
        admission_(admission),
        dependencies_(dependencies),
        blocking_(blocking),
        clock_(clock),
        shards_(shards),
        requests_(requests),
        rules_(rules) {}

  /// Whether Prepare would not block.
  bool IsQuick(const JobRequest& request) const;

  /// A new id of a job of the endpoint.
  std::string NewJobId(const std::string& endpoint_id) const;

  /// What to give to Submit: jobs with new ids, large inputs stored.
  /// NOT_FOUND for an endpoint the project may not submit to, a task type that none of its
  /// endpoints declares, or a parent that it does not have; INVALID_ARGUMENT for a GPU type
  /// that is not one of the endpoint's, or an input that refers to another job's output;
  /// errors of the payload store. May block; nothing is queued yet.
  absl::StatusOr<Submission> Prepare(JobRequest request);

  /// JobQueue::Submit of what the limits and the project's quotas admit, and then, for jobs that
  /// ask for it, Persister::Save; the stored inputs of a submission that was certainly not queued
  /// are dropped again, and jobs with parents, but for a graph's, are linked to them. Does not
  /// block.
  void Submit(Submission submission, Done<SubmitResult> done);

 private:
  /// Whether a budget of the API key keeps its jobs from being started.
  bool IsSpent(const Endpoint& endpoint, const std::string& api_key_id) const;
  absl::StatusOr<EndpointPtr> EndpointFor(const JobRequest& request);
  absl::Status CheckParents(JobRequest& request);
  Done<SubmitResult> DroppingInputs(const Submission& submission, Done<SubmitResult> done);
  Done<SubmitResult> Linking(const Submission& submission, Done<SubmitResult> done);
  Done<SubmitResult> OnlyIfKnown(Submission& submission, absl::Status refusal,
                                 Done<SubmitResult> done);
  void Admit(Submission submission, Done<SubmitResult> done);
  void CountAndAdmit(Submission submission, Done<SubmitResult> done);
  Done<SubmitResult> GivingBack(RequestQuota::Ticket ticket, Done<SubmitResult> done);
  void Queue(Submission submission, Done<SubmitResult> done);
  void SubmitPersisted(Submission submission, std::vector<std::string> job_ids,
                       Done<SubmitResult> done);
  void Link(std::string project_id, std::vector<UnlinkedJob> jobs, SubmitResult result,
            Done<SubmitResult> done);
  void DropInputs(std::vector<std::string> job_ids);
  absl::Status StoreLargeInputs(Submission& submission);

  EndpointCatalog& catalog_;
  JobQueue& queue_;
  PayloadStore& payloads_;
  Persister& persister_;
  Admission& admission_;
  Dependencies& dependencies_;
  runtime::ThreadPool& blocking_;
  const Clock& clock_;
  const int shards_;
  RequestQuota* const requests_;   // May be nullptr.
  const StartRules* const rules_;  // Likewise.
};

}  // namespace furnace::scheduler
