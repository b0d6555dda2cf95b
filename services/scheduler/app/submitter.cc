#include "services/scheduler/app/submitter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>

#include "absl/strings/escaping.h"
#include "libs/common/base/sha256.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/scheduler/app/output_references.h"
#include "services/scheduler/domain/affinity.h"
#include "services/scheduler/domain/attribution.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {
namespace {

// Jobs that those of one call may depend on, together; each is looked up.
constexpr std::size_t kMaxParentsOfSubmit = 1000;

// What makes two submits under one idempotency key the same: a hash of the input and
// of every option as it was asked for.
std::string Fingerprint(const JobRequest::Item& item) {
  const auto micros = [](std::optional<absl::Duration> duration) {
    return duration ? std::to_string(absl::ToInt64Microseconds(*duration)) : "";
  };
  const std::string parents = item.depends_on.empty()
                                  ? ""
                                  : fmt::format("{} {} ", static_cast<int>(item.on_parent_failure),
                                                fmt::join(item.depends_on, " "));
  // What is not asked for adds nothing, so that a key outlives the version that added it.
  const std::string webhook = item.webhook.empty() ? "" : item.webhook + " ";
  const std::string s3_config =
      item.s3_config.empty() ? "" : fmt::format("s3 {} {} ", item.s3_config.size(), item.s3_config);
  const std::string tags =
      item.tags.empty() ? "" : EncodeAttribution({.api_key_id = "tags", .tags = item.tags}) + "\n";
  return absl::BytesToHexString(ToAbsl(Sha256(fmt::format(
      "{}{}{}{}{} {} {} {} {} {} {} {} {}", tags, webhook, s3_config, parents, item.priority,
      item.not_before ? std::to_string(absl::ToUnixMicros(*item.not_before)) : "", micros(item.ttl),
      micros(item.timeout), item.concurrency_key.size(), item.concurrency_key, item.window,
      AffinityClass(item.affinity), item.input))));
}

QueueLoad LoadOf(const Submission& submission) {
  QueueLoad load;
  for (const Submission::Item& item : submission.items) {
    load += {.jobs = 1,
             .bytes = static_cast<std::int64_t>(item.input.size() + item.s3_config.size() +
                                                item.attribution.size())};
  }
  return load;
}

// Whether a submission's jobs were certainly not queued; after other errors they may have been.
bool WasRefused(const absl::StatusOr<SubmitResult>& result) {
  return absl::IsResourceExhausted(result.status()) || absl::IsAlreadyExists(result.status()) ||
         (result.ok() && !result->known_id.empty());
}

// Those of the submission's jobs that are to be linked to their parents.
std::vector<UnlinkedJob> UnlinkedOf(const Submission& submission) {
  std::vector<UnlinkedJob> jobs;
  for (const Submission::Item& item : submission.items) {
    if (item.depends_on.empty() || !item.graph_id.empty()) continue;
    jobs.push_back({.id = item.id,
                    .project_id = submission.project_id,
                    .depends_on = item.depends_on,
                    .graph_id = {}});
  }
  return jobs;
}

// Whom and what the job's usage is put down to.
std::string AttributionOf(const JobRequest& request, JobRequest::Item& item) {
  Attribution attribution{.api_key_id = request.api_key_id, .tags = std::move(item.tags)};
  if (!request.task_type.empty()) attribution.tags[std::string(kTaskTypeTag)] = request.task_type;
  return EncodeAttribution(attribution);
}

// What the job asks of a worker of `endpoint`, in the options `name`. INVALID_ARGUMENT for
// a GPU type that is not one of the endpoint's.
absl::StatusOr<Affinity> Within(const Endpoint& endpoint, Affinity affinity,
                                std::string_view name) {
  for (const std::string& type : affinity.gpu_types) {
    const auto& types = endpoint.gpu_types;
    if (std::find(types.begin(), types.end(), type) != types.end()) continue;
    return Error(absl::StatusCode::kInvalidArgument,
                 "{}.affinity.gpu_types: {} is not one of the endpoint's, {}", name, type,
                 fmt::join(types, ", "));
  }
  if (affinity.gpu_types.empty()) affinity.gpu_types = endpoint.gpu_types;
  affinity.own_gpu_types = affinity.gpu_types != endpoint.gpu_types;
  affinity.fallback_after = endpoint.fallback_after;
  return affinity;
}

}  // namespace

JobRecord UpcomingJob::QueuedAt(absl::Time now) const {
  JobRecord queued = record;
  queued.job = Accept(std::move(queued.job), not_before, ttl, now);
  return queued;
}

UpcomingJob Upcoming(const Submission& submission, std::size_t index) {
  const Submission::Item& item = submission.items[index];
  UpcomingJob upcoming{.record = {}, .not_before = item.not_before, .ttl = item.ttl};
  Job& job = upcoming.record.job;
  job.id = item.id;
  job.endpoint_id = submission.endpoint_id;
  job.project_id = submission.project_id;
  job.priority = item.priority;
  job.affinity = item.affinity;
  job.concurrency_key = item.concurrency_key;
  job.affinity = item.affinity;
  job.depends_on = item.depends_on;
  job.on_parent_failure = item.on_parent_failure;
  job.unfinished = {item.depends_on.begin(), item.depends_on.end()};
  job.batch_id = submission.batch_id;
  job.webhook = item.webhook;
  job.attribution = item.attribution;
  return upcoming;
}

bool Submitter::IsQuick(const JobRequest& request) const {
  const bool known = request.task_type.empty()
                         ? catalog_.Cached(request.endpoint_id) != nullptr
                         : catalog_.CachedFor(request.project_id, request.task_type) != nullptr;
  return known && std::all_of(request.items.begin(), request.items.end(), [](const auto& item) {
           return item.input.size() <= kInlineBytes && item.depends_on.empty();
         });
}

absl::StatusOr<EndpointPtr> Submitter::EndpointFor(const JobRequest& request) {
  if (request.task_type.empty()) return catalog_.FindFor(request.project_id, request.endpoint_id);
  return catalog_.FindForTask(request.project_id, request.task_type);
}

bool Submitter::IsSpent(const Endpoint& endpoint, const std::string& api_key_id) const {
  return rules_ != nullptr && !api_key_id.empty() && !rules_->BlockOf(endpoint) &&
         rules_->BlockOf(endpoint, api_key_id);
}

std::string Submitter::NewJobId(const std::string& endpoint_id) const {
  return NewUuid(clock_.Now(), static_cast<std::uint8_t>(ShardOfEndpoint(endpoint_id, shards_)));
}

absl::Status Submitter::CheckParents(JobRequest& request) {
  if (!request.graph_id.empty()) return absl::OkStatus();
  std::set<std::string> parents;
  for (JobRequest::Item& item : request.items) {
    if (item.depends_on.empty()) continue;
    parents.insert(item.depends_on.begin(), item.depends_on.end());
    FURNACE_ASSIGN_OR_RETURN(const auto references, FindReferences(item.input));
    FURNACE_RETURN_IF_ERROR(CheckSources(references, item.depends_on));
    item.refers_to_outputs = !references.empty();
  }
  if (parents.empty()) return absl::OkStatus();
  if (parents.size() > kMaxParentsOfSubmit) {
    return Error(absl::StatusCode::kInvalidArgument, "depends_on: {} jobs in all, more than {}",
                 parents.size(), kMaxParentsOfSubmit);
  }
  return dependencies_.CheckParents(request.project_id, {parents.begin(), parents.end()});
}

absl::StatusOr<Submission> Submitter::Prepare(JobRequest request) {
  FURNACE_ASSIGN_OR_RETURN(const EndpointPtr endpoint, EndpointFor(request));
  FURNACE_RETURN_IF_ERROR(CheckParents(request));
  Submission submission;
  submission.endpoint_id = endpoint->id;
  submission.project_id = endpoint->project_id;
  submission.retry = endpoint->retry;
  submission.head_start = endpoint->queue.head_start;
  submission.max_queued = endpoint->queue.max_queued;
  if (!request.idempotency_key.empty()) {
    submission.fingerprint = Fingerprint(request.items.at(0));
    submission.idempotency_key = std::move(request.idempotency_key);
    submission.idempotency_ttl = endpoint->queue.idempotency_ttl;
  }
  if (request.batch) submission.batch_id = NewJobId(endpoint->id);
  const bool spent = IsSpent(*endpoint, request.api_key_id);
  for (JobRequest::Item& item : request.items) {
    if (request.batch && request.batch->one_worker) {
      item.concurrency_key = OneWorkerKey(submission.batch_id);
    }
    const std::string name =
        request.batch ? fmt::format("jobs[{}].options", submission.items.size()) : "options";
    FURNACE_ASSIGN_OR_RETURN(Affinity affinity, Within(*endpoint, std::move(item.affinity), name));
    affinity.window = std::move(item.window);
    if (spent) affinity.spent_key = request.api_key_id;
    // Those of a graph are nobody else's.
    const bool given = !item.id.empty() && request.graph_id.empty();
    submission.ids_given = submission.ids_given || given;
    submission.items.push_back(
        {.id = item.id.empty() ? NewJobId(endpoint->id) : item.id,
         .priority = item.priority,
         .affinity = AffinityClass(affinity),
         .input = std::move(item.input),
         .watched = request.watched,
         .timeout = item.timeout.value_or(endpoint->timeout),
         .ttl = item.ttl.value_or(endpoint->queue.ttl),
         .not_before = item.not_before,
         .concurrency_key = std::move(item.concurrency_key),
         .persisted = item.persisted,
         .depends_on = std::move(item.depends_on),
         .on_parent_failure = item.on_parent_failure,
         .refers_to_outputs = item.refers_to_outputs,
         .graph_id = request.graph_id,
         .webhook = item.webhook.empty() ? endpoint->webhook : std::move(item.webhook),
         .s3_config = std::move(item.s3_config),
         .attribution = AttributionOf(request, item)});
  }
  FURNACE_RETURN_IF_ERROR(StoreLargeInputs(submission));
  return submission;
}

void Submitter::Submit(Submission submission, Done<SubmitResult> done) {
  done = Linking(submission, DroppingInputs(submission, std::move(done)));
  if (requests_ != nullptr && !submission.counted && requests_->Limits(submission.project_id)) {
    return CountAndAdmit(std::move(submission), std::move(done));
  }
  Admit(std::move(submission), std::move(done));
}

void Submitter::Admit(Submission submission, Done<SubmitResult> done) {
  const absl::Status admitted = admission_.Admit(submission.project_id, LoadOf(submission));
  if (!admitted.ok()) {
    if (submission.idempotency_key.empty()) return done(admitted);
    done = OnlyIfKnown(submission, admitted, std::move(done));
  }
  Queue(std::move(submission), std::move(done));
}

// Counted first: what the day's quota refuses is to take no room.
void Submitter::CountAndAdmit(Submission submission, Done<SubmitResult> done) {
  const std::string project_id = submission.project_id;
  const auto jobs = static_cast<std::int64_t>(submission.items.size());
  requests_->Take(
      project_id, jobs,
      [this, submission = std::move(submission),
       done = std::move(done)](absl::StatusOr<RequestQuota::Ticket> ticket) mutable {
        if (ticket.ok()) {
          done = GivingBack(*std::move(ticket), std::move(done));
          return Admit(std::move(submission), std::move(done));
        }
        if (!absl::IsResourceExhausted(ticket.status()) || submission.idempotency_key.empty()) {
          return done(ticket.status());
        }
        done = OnlyIfKnown(submission, ticket.status(), std::move(done));
        Queue(std::move(submission), std::move(done));
      });
}

// What was not queued, or only repeats another submit, counts as nothing.
Done<SubmitResult> Submitter::GivingBack(RequestQuota::Ticket ticket, Done<SubmitResult> done) {
  return [this, ticket = std::move(ticket),
          done = std::move(done)](absl::StatusOr<SubmitResult> result) mutable {
    if (WasRefused(result)) requests_->GiveBack(ticket);
    done(std::move(result));
  };
}

void Submitter::Queue(Submission submission, Done<SubmitResult> done) {
  std::vector<std::string> to_persist;
  for (const Submission::Item& item : submission.items) {
    if (item.persisted) to_persist.push_back(item.id);
  }
  if (to_persist.empty()) return queue_.Submit(std::move(submission), std::move(done));
  SubmitPersisted(std::move(submission), std::move(to_persist), std::move(done));
}

// A submit that only repeats another needs no room: the queue has the say, and takes no
// new job.
Done<SubmitResult> Submitter::OnlyIfKnown(Submission& submission, absl::Status refusal,
                                          Done<SubmitResult> done) {
  submission.max_queued = 0;
  return [refusal = std::move(refusal),
          done = std::move(done)](absl::StatusOr<SubmitResult> result) mutable {
    if (absl::IsResourceExhausted(result.status())) return done(std::move(refusal));
    done(std::move(result));
  };
}

Done<SubmitResult> Submitter::DroppingInputs(const Submission& submission,
                                             Done<SubmitResult> done) {
  std::vector<std::string> stored;
  for (const Submission::Item& item : submission.items) {
    // What lies under an id that was given may be another submission's.
    if (item.input_stored && !submission.ids_given) stored.push_back(item.id);
  }
  if (stored.empty()) return done;
  return [this, stored = std::move(stored),
          done = std::move(done)](absl::StatusOr<SubmitResult> result) mutable {
    if (WasRefused(result)) DropInputs(std::move(stored));
    done(std::move(result));
  };
}

Done<SubmitResult> Submitter::Linking(const Submission& submission, Done<SubmitResult> done) {
  std::vector<UnlinkedJob> unlinked = UnlinkedOf(submission);
  if (unlinked.empty()) return done;
  return [this, unlinked = std::move(unlinked), project_id = submission.project_id,
          done = std::move(done)](absl::StatusOr<SubmitResult> result) mutable {
    if (!result.ok() || !result->known_id.empty()) return done(std::move(result));
    Link(std::move(project_id), std::move(unlinked), *std::move(result), std::move(done));
  };
}

// The jobs are queued, whatever becomes of this: who leads their shards links what has not
// been linked within some seconds.
void Submitter::Link(std::string project_id, std::vector<UnlinkedJob> jobs, SubmitResult result,
                     Done<SubmitResult> done) {
  auto answer = std::make_shared<Done<SubmitResult>>(std::move(done));
  const bool accepted = blocking_.TrySubmit(
      [this, answer, result, project_id = std::move(project_id), jobs = std::move(jobs)] {
        const absl::Status status = dependencies_.Link(project_id, jobs);
        if (!status.ok()) spdlog::warn("jobs to be linked later: {}", status.ToString());
        (*answer)(result);
      });
  if (!accepted) (*answer)(std::move(result));
}

void Submitter::SubmitPersisted(Submission submission, std::vector<std::string> job_ids,
                                Done<SubmitResult> done) {
  absl::StatusOr<Persister::Room> room = persister_.Reserve(job_ids.size());
  if (!room.ok()) return done(room.status());
  const std::string project_id = submission.project_id;
  queue_.Submit(std::move(submission),
                [this, room = *std::move(room), job_ids = std::move(job_ids), project_id,
                 done = std::move(done)](absl::StatusOr<SubmitResult> result) mutable {
                  if (!result.ok()) return done(std::move(result));
                  if (!result->known_id.empty()) job_ids = {result->known_id};
                  persister_.Save(std::move(room), std::move(job_ids), project_id,
                                  [result = *std::move(result),
                                   done = std::move(done)](const absl::Status& saved) mutable {
                                    saved.ok() ? done(std::move(result)) : done(saved);
                                  });
                });
}

// If it fails, they are left over, and do no harm but take room.
void Submitter::DropInputs(std::vector<std::string> job_ids) {
  const bool accepted = blocking_.TrySubmit([this, job_ids = std::move(job_ids)] {
    const absl::Status status = payloads_.DeleteInputs(job_ids);
    if (!status.ok()) spdlog::warn("inputs left over: {}", status.ToString());
  });
  if (!accepted) spdlog::warn("inputs left over: too much blocking work waits");
}

absl::Status Submitter::StoreLargeInputs(Submission& submission) {
  std::vector<PayloadStore::Input> large;
  for (Submission::Item& item : submission.items) {
    if (item.input.size() <= kInlineBytes) continue;
    large.push_back({.job_id = item.id, .body = std::move(item.input)});
    item.input.clear();
    item.input_stored = true;
  }
  if (large.empty()) return absl::OkStatus();
  return payloads_.SaveInputs(large);
}

}  // namespace furnace::scheduler
