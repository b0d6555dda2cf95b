#include "services/scheduler/rpc/job_handlers.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "libs/common/base/status.h"
#include "services/scheduler/app/await.h"
#include "services/scheduler/rpc/convert.h"

namespace furnace::scheduler::rpc {
namespace {

constexpr int kMaxPriority = 10;
constexpr int kMaxBatchJobs = 1000;
constexpr int kDefaultPageSize = 100;
constexpr int kMaxPageSize = 1000;

absl::StatusOr<JobFilter> ToFilter(const std::string& project_id, const v1::ListRequest& request) {
  JobFilter filter{.project_id = project_id,
                   .endpoint_id = request.endpoint_id(),
                   .status = std::nullopt,
                   .before_id = request.page_token(),
                   .limit = request.page_size() == 0 ? kDefaultPageSize : request.page_size()};
  if (!filter.endpoint_id.empty()) {
    FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", filter.endpoint_id));
  }
  if (!filter.before_id.empty()) {
    FURNACE_RETURN_IF_ERROR(CheckUuid("page_token", filter.before_id));
  }
  FURNACE_RETURN_IF_ERROR(CheckRange("page_size", filter.limit, 1, kMaxPageSize));
  if (request.status() != v1::JOB_STATUS_UNSPECIFIED) {
    const auto status = JobStatusFromNumber(request.status());
    if (!status.ok()) return absl::InvalidArgumentError("status: unknown");
    filter.status = *status;
  }
  return filter;
}

}  // namespace

absl::StatusOr<JobRequest> ToJobRequest(const furnace::rpc::CallContext& call,
                                        const std::string& endpoint_id, std::string input,
                                        int priority, std::size_t max_bytes) {
  FURNACE_ASSIGN_OR_RETURN(std::string project_id, furnace::rpc::ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", endpoint_id));
  FURNACE_RETURN_IF_ERROR(CheckInput("input", input, max_bytes));
  FURNACE_RETURN_IF_ERROR(CheckRange("priority", priority, -kMaxPriority, kMaxPriority));
  JobRequest request{.project_id = std::move(project_id), .endpoint_id = endpoint_id};
  request.items.push_back({.input = std::move(input), .priority = priority});
  return request;
}

absl::StatusOr<v1::SubmitBatchResponse> JobHandlers::SubmitBatch(
    const furnace::rpc::CallContext& call, const v1::SubmitBatchRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(std::string project_id, furnace::rpc::ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", request.endpoint_id()));
  FURNACE_RETURN_IF_ERROR(CheckRange("jobs", request.jobs_size(), 1, kMaxBatchJobs));
  JobRequest batch{.project_id = std::move(project_id), .endpoint_id = request.endpoint_id()};
  std::size_t room = kMaxInputBytes;
  for (int i = 0; i < request.jobs_size(); ++i) {
    const v1::BatchJob& job = request.jobs(i);
    FURNACE_RETURN_IF_ERROR(CheckInput(fmt::format("jobs[{}].input", i), job.input(), room));
    FURNACE_RETURN_IF_ERROR(CheckRange(fmt::format("jobs[{}].priority", i), job.priority(),
                                       -kMaxPriority, kMaxPriority));
    room -= job.input().size();
    batch.items.push_back({.input = job.input(), .priority = job.priority()});
  }
  FURNACE_ASSIGN_OR_RETURN(Submission submission, submitter_.Prepare(std::move(batch)));
  v1::SubmitBatchResponse response;
  for (const Submission::Item& item : submission.items) response.add_job_ids(item.id);
  FURNACE_RETURN_IF_ERROR(Await<absl::Time>([&](Done<absl::Time> done) {
                            queue_.Submit(std::move(submission), std::move(done));
                          }).status());
  return response;
}

absl::StatusOr<v1::GetResponse> JobHandlers::Get(const furnace::rpc::CallContext& call,
                                                 const v1::GetRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, furnace::rpc::ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("job_id", request.job_id()));
  FURNACE_ASSIGN_OR_RETURN(const JobRecord record,
                           reader_.Get(request.job_id(), project_id, request.include_input()));
  v1::GetResponse response;
  *response.mutable_job() = ToProto(record);
  return response;
}

absl::StatusOr<v1::ListResponse> JobHandlers::List(const furnace::rpc::CallContext& call,
                                                   const v1::ListRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, furnace::rpc::ProjectOf(call));
  FURNACE_ASSIGN_OR_RETURN(JobFilter filter, ToFilter(project_id, request));
  const int page_size = filter.limit++;  // One more tells whether there are more.
  FURNACE_ASSIGN_OR_RETURN(std::vector<Job> jobs, history_.List(filter));
  v1::ListResponse response;
  if (static_cast<int>(jobs.size()) > page_size) {
    jobs.pop_back();
    response.set_next_page_token(jobs.back().id);
  }
  for (Job& job : jobs) {
    *response.add_jobs() = ToProto({.job = std::move(job), .chunks = {}, .chunk_count = 0});
  }
  return response;
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

}  // namespace furnace::scheduler::rpc
