#include "services/scheduler/rpc/job_handlers.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "libs/common/base/status.h"
#include "services/scheduler/app/await.h"
#include "services/scheduler/rpc/convert.h"
#include "services/scheduler/rpc/graph_request.h"
#include "services/scheduler/rpc/job_request.h"

namespace furnace::scheduler::rpc {
namespace {

constexpr int kDefaultPageSize = 100;
constexpr int kMaxPageSize = 1000;

// The part that lists share. `limit` is one more than the page: it tells whether there
// are more.
template <typename Request>
absl::StatusOr<JobFilter> ToFilter(const furnace::rpc::CallContext& call, const Request& request) {
  JobFilter filter{.project_id = {},
                   .endpoint_id = request.endpoint_id(),
                   .status = std::nullopt,
                   .before_id = request.page_token(),
                   .limit = request.page_size() == 0 ? kDefaultPageSize : request.page_size()};
  FURNACE_ASSIGN_OR_RETURN(filter.project_id, furnace::rpc::ProjectOf(call));
  if (!filter.before_id.empty()) {
    FURNACE_RETURN_IF_ERROR(CheckUuid("page_token", filter.before_id));
  }
  FURNACE_RETURN_IF_ERROR(CheckRange("page_size", filter.limit, 1, kMaxPageSize));
  ++filter.limit;
  return filter;
}

template <typename Response>
Response ToPage(std::vector<Job> jobs, const JobFilter& filter) {
  Response response;
  if (static_cast<int>(jobs.size()) == filter.limit) {
    jobs.pop_back();
    response.set_next_page_token(jobs.back().id);
  }
  for (Job& job : jobs) {
    *response.add_jobs() = ToProto({.job = std::move(job), .chunks = {}, .chunk_count = 0});
  }
  return response;
}

}  // namespace

absl::StatusOr<v1::SubmitBatchResponse> JobHandlers::SubmitBatch(
    const furnace::rpc::CallContext& call, const v1::SubmitBatchRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(JobRequest batch, ToJobRequest(call, request, clock_.Now()));
  const BatchOptions options = batch.batch.value_or(BatchOptions());
  FURNACE_ASSIGN_OR_RETURN(Submission submission, submitter_.Prepare(std::move(batch)));
  v1::SubmitBatchResponse response;
  response.set_batch_id(submission.batch_id);
  FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string> job_ids,
                           batches_.Submit(std::move(submission), options));
  for (const std::string& id : job_ids) response.add_job_ids(id);
  return response;
}

absl::StatusOr<v1::SubmitGraphResponse> JobHandlers::SubmitGraph(
    const furnace::rpc::CallContext& call, const v1::SubmitGraphRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(GraphRequest graph, ToGraphRequest(call, request, clock_.Now()));
  FURNACE_ASSIGN_OR_RETURN(const auto ids, graphs_.Submit(std::move(graph)));
  v1::SubmitGraphResponse response;
  for (const auto& [name, id] : ids) (*response.mutable_job_ids())[name] = id;
  return response;
}

absl::StatusOr<v1::GetResponse> JobHandlers::Get(const furnace::rpc::CallContext& call,
                                                 const v1::GetRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, furnace::rpc::ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("job_id", request.job_id()));
  FURNACE_ASSIGN_OR_RETURN(JobRecord record,
                           reader_.Get(request.job_id(), project_id, request.include_input(),
                                       /*with_output=*/!request.output_url()));
  FURNACE_ASSIGN_OR_RETURN(const std::optional<WaitReason> waiting, explainer_.Explain(record.job));
  v1::GetResponse response;
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Attempt> attempts, Attempts(record.job));
  const bool has_url = request.output_url() && record.job.status == JobStatus::kCompleted;
  v1::Job& job = *response.mutable_job() = ToProto(std::move(record));
  for (const Attempt& attempt : attempts) *job.add_attempts() = ToProto(attempt);
  // Whoever made the call signs it.
  if (has_url) job.set_output_url(fmt::format("/v1/jobs/{}/output", request.job_id()));
  if (waiting) *job.mutable_waiting() = ToProto(*waiting);
  return response;
}

absl::StatusOr<std::vector<Attempt>> JobHandlers::Attempts(const Job& job) {
  std::vector<Attempt> earlier;
  if (HasEarlierAttempts(job)) {
    FURNACE_ASSIGN_OR_RETURN(earlier, attempts_.Of(job.id));
  }
  return AttemptsOf(job, std::move(earlier));
}

absl::StatusOr<v1::ListResponse> JobHandlers::List(const furnace::rpc::CallContext& call,
                                                   const v1::ListRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(JobFilter filter, ToFilter(call, request));
  if (!filter.endpoint_id.empty()) {
    FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", filter.endpoint_id));
  }
  if (!request.batch_id().empty()) {
    FURNACE_RETURN_IF_ERROR(CheckUuid("batch_id", request.batch_id()));
    filter.batch_id = request.batch_id();
  }
  if (request.status() != v1::JOB_STATUS_UNSPECIFIED) {
    const auto status = JobStatusFromNumber(request.status());
    if (!status.ok()) return absl::InvalidArgumentError("status: unknown");
    filter.status = *status;
  }
  FURNACE_ASSIGN_OR_RETURN(std::vector<Job> jobs, history_.List(filter));
  return ToPage<v1::ListResponse>(std::move(jobs), filter);
}

absl::StatusOr<v1::CancelResponse> JobHandlers::Cancel(const furnace::rpc::CallContext& call,
                                                       const v1::CancelRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, furnace::rpc::ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("job_id", request.job_id()));
  FURNACE_ASSIGN_OR_RETURN(
      const std::optional<CancelledJob> cancelled,
      Await<std::optional<CancelledJob>>([&](Done<std::optional<CancelledJob>> done) {
        queue_.Cancel(request.job_id(), project_id, std::move(done));
      }));
  if (cancelled && cancelled->status_before == JobStatus::kInProgress) {
    dispatcher_.CancelOn(cancelled->worker_id,
                         {.job_id = request.job_id(), .epoch = cancelled->epoch});
  }
  FURNACE_ASSIGN_OR_RETURN(const JobRecord record,
                           reader_.Get(request.job_id(), project_id, /*with_input=*/false));
  v1::CancelResponse response;
  *response.mutable_job() = ToProto(record);
  return response;
}

absl::StatusOr<v1::PurgeResponse> JobHandlers::Purge(const furnace::rpc::CallContext& call,
                                                     const v1::PurgeRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, furnace::rpc::ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", request.endpoint_id()));
  FURNACE_ASSIGN_OR_RETURN(const int purged, redriver_.Purge(request.endpoint_id(), project_id));
  v1::PurgeResponse response;
  response.set_purged(purged);
  return response;
}

absl::StatusOr<v1::ListDeadLettersResponse> JobHandlers::ListDeadLetters(
    const furnace::rpc::CallContext& call, const v1::ListDeadLettersRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(JobFilter filter, ToFilter(call, request));
  FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", filter.endpoint_id));
  filter.status = JobStatus::kFailed;
  FURNACE_ASSIGN_OR_RETURN(std::vector<Job> jobs, history_.List(filter));
  return ToPage<v1::ListDeadLettersResponse>(std::move(jobs), filter);
}

absl::StatusOr<v1::RedriveResponse> JobHandlers::Redrive(const furnace::rpc::CallContext& call,
                                                         const v1::RedriveRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, furnace::rpc::ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("job_id", request.job_id()));
  FURNACE_RETURN_IF_ERROR(redriver_.Redrive(request.job_id(), project_id));
  FURNACE_ASSIGN_OR_RETURN(const JobRecord record,
                           reader_.Get(request.job_id(), project_id, /*with_input=*/false));
  v1::RedriveResponse response;
  *response.mutable_job() = ToProto(record);
  return response;
}

absl::StatusOr<v1::RedriveAllResponse> JobHandlers::RedriveAll(
    const furnace::rpc::CallContext& call, const v1::RedriveAllRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, furnace::rpc::ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", request.endpoint_id()));
  FURNACE_ASSIGN_OR_RETURN(const Redriven redriven,
                           redriver_.RedriveAll(request.endpoint_id(), project_id));
  v1::RedriveAllResponse response;
  response.set_redriven(redriven.jobs);
  response.set_more(redriven.more);
  return response;
}

}  // namespace furnace::scheduler::rpc
