#include "services/scheduler/app/submitter.h"

#include <algorithm>
#include <cstdint>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/scheduler/domain/affinity.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {
namespace {

// How far a step of priority moves a job ahead.
constexpr absl::Duration kHeadStart = absl::Seconds(60);

}  // namespace

JobRecord NewRecord(const Submission& submission, std::size_t index, absl::Time queued_at) {
  JobRecord record;
  record.job.id = submission.items[index].id;
  record.job.endpoint_id = submission.endpoint_id;
  record.job.project_id = submission.project_id;
  record.job.priority = submission.items[index].priority;
  record.job.queued_at = queued_at;
  record.job.version = 1;
  return record;
}

bool Submitter::IsQuick(const JobRequest& request) const {
  return catalog_.Cached(request.endpoint_id) != nullptr &&
         std::all_of(request.items.begin(), request.items.end(),
                     [](const auto& item) { return item.input.size() <= kInlineBytes; });
}

absl::StatusOr<Submission> Submitter::Prepare(JobRequest request) {
  FURNACE_ASSIGN_OR_RETURN(const EndpointPtr endpoint,
                           catalog_.FindFor(request.project_id, request.endpoint_id));
  Submission submission;
  submission.endpoint_id = endpoint->id;
  submission.project_id = endpoint->project_id;
  submission.affinity = AffinityClass(endpoint->gpu_types);
  submission.timeout = endpoint->timeout;
  submission.max_retries = endpoint->max_retries;
  submission.head_start = kHeadStart;
  const auto shard = static_cast<std::uint8_t>(ShardOfEndpoint(endpoint->id, shards_));
  for (JobRequest::Item& item : request.items) {
    submission.items.push_back({.id = NewUuid(clock_.Now(), shard),
                                .priority = item.priority,
                                .input = std::move(item.input),
                                .watched = request.watched});
  }
  FURNACE_RETURN_IF_ERROR(StoreLargeInputs(submission));
  return submission;
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
