#include "services/scheduler/app/submitter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "libs/common/base/sha256.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/scheduler/domain/affinity.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {
namespace {

// What makes two submits under one idempotency key the same: a hash of the input and
// of every option as it was asked for.
std::string Fingerprint(const JobRequest::Item& item) {
  const auto micros = [](std::optional<absl::Duration> duration) {
    return duration ? std::to_string(absl::ToInt64Microseconds(*duration)) : "";
  };
  return absl::BytesToHexString(ToAbsl(Sha256(
      fmt::format("{} {} {} {} {} {} {} {}", item.priority,
                  item.not_before ? std::to_string(absl::ToUnixMicros(*item.not_before)) : "",
                  micros(item.ttl), micros(item.timeout), item.concurrency_key.size(),
                  item.concurrency_key, AffinityClass(item.affinity), item.input))));
}

// What the job asks of a worker of `endpoint`. INVALID_ARGUMENT for a GPU type that is
// not one of the endpoint's.
absl::StatusOr<Affinity> Within(const Endpoint& endpoint, Affinity affinity) {
  for (const std::string& type : affinity.gpu_types) {
    const auto& types = endpoint.gpu_types;
    if (std::find(types.begin(), types.end(), type) != types.end()) continue;
    return Error(absl::StatusCode::kInvalidArgument,
                 "options.affinity.gpu_types: {} is not one of the endpoint's, {}", type,
                 fmt::join(types, ", "));
  }
  if (affinity.gpu_types.empty()) affinity.gpu_types = endpoint.gpu_types;
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
  return upcoming;
}

bool Submitter::IsQuick(const JobRequest& request) const {
  const bool known = request.task_type.empty()
                         ? catalog_.Cached(request.endpoint_id) != nullptr
                         : catalog_.CachedFor(request.project_id, request.task_type) != nullptr;
  return known && std::all_of(request.items.begin(), request.items.end(),
                              [](const auto& item) { return item.input.size() <= kInlineBytes; });
}

absl::StatusOr<EndpointPtr> Submitter::EndpointFor(const JobRequest& request) {
  if (request.task_type.empty()) return catalog_.FindFor(request.project_id, request.endpoint_id);
  return catalog_.FindForTask(request.project_id, request.task_type);
}

absl::StatusOr<Submission> Submitter::Prepare(JobRequest request) {
  FURNACE_ASSIGN_OR_RETURN(const EndpointPtr endpoint, EndpointFor(request));
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
  const auto shard = static_cast<std::uint8_t>(ShardOfEndpoint(endpoint->id, shards_));
  for (JobRequest::Item& item : request.items) {
    FURNACE_ASSIGN_OR_RETURN(const Affinity affinity, Within(*endpoint, std::move(item.affinity)));
    submission.items.push_back({.id = NewUuid(clock_.Now(), shard),
                                .priority = item.priority,
                                .affinity = AffinityClass(affinity),
                                .input = std::move(item.input),
                                .watched = request.watched,
                                .timeout = item.timeout.value_or(endpoint->timeout),
                                .ttl = item.ttl.value_or(endpoint->queue.ttl),
                                .not_before = item.not_before,
                                .concurrency_key = std::move(item.concurrency_key)});
  }
  FURNACE_RETURN_IF_ERROR(StoreLargeInputs(submission));
  return submission;
}

void Submitter::Submit(Submission submission, Done<SubmitResult> done) {
  std::vector<std::string> stored;
  for (const Submission::Item& item : submission.items) {
    if (item.input_stored) stored.push_back(item.id);
  }
  queue_.Submit(std::move(submission), [this, stored = std::move(stored), done = std::move(done)](
                                           absl::StatusOr<SubmitResult> result) mutable {
    // After any other error the jobs may have been queued.
    const bool refused = absl::IsResourceExhausted(result.status()) ||
                         absl::IsAlreadyExists(result.status()) ||
                         (result.ok() && !result->known_id.empty());
    if (refused && !stored.empty()) DropInputs(std::move(stored));
    done(std::move(result));
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
