#include "services/scheduler/rpc/batch_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "libs/common/base/status.h"
#include "services/scheduler/rpc/convert.h"
#include "services/scheduler/rpc/webhook_convert.h"

namespace furnace::scheduler::rpc {
namespace {

using furnace::rpc::CallContext;
using furnace::rpc::ProjectOf;
using furnace::rpc::RunUnary;

constexpr int kDefaultBatches = 20;
constexpr int kMaxBatches = 100;
constexpr int kDefaultFailures = 100;
constexpr int kMaxFailures = 1000;
constexpr int kMaxIndex = 1'000'000;

v1::BatchCounts CountsToProto(const BatchCounts& counts) {
  v1::BatchCounts proto;
  proto.set_waiting(counts.waiting);
  proto.set_in_progress(counts.in_progress);
  proto.set_completed(counts.completed);
  proto.set_failed(counts.failed);
  proto.set_timed_out(counts.timed_out);
  proto.set_cancelled(counts.cancelled);
  return proto;
}

absl::StatusOr<v1::GetBatchResponse> Get(Batches& batches, const CallContext& call,
                                         const v1::GetBatchRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("batch_id", request.batch_id()));
  FURNACE_ASSIGN_OR_RETURN(const BatchView view, batches.Get(request.batch_id(), project_id));
  v1::GetBatchResponse response;
  *response.mutable_batch() = ToProto(view.batch);
  if (view.webhook) SetDelivery(*view.webhook, *response.mutable_batch()->mutable_webhook());
  return response;
}

// `limit` of a filter is one more than the page: it tells whether there are more.
absl::StatusOr<v1::ListBatchesResponse> List(Batches& batches, const CallContext& call,
                                             const v1::ListBatchesRequest& request) {
  BatchFilter filter{.project_id = {},
                     .endpoint_id = request.endpoint_id(),
                     .before_id = request.page_token(),
                     .limit = request.page_size() == 0 ? kDefaultBatches : request.page_size()};
  FURNACE_ASSIGN_OR_RETURN(filter.project_id, ProjectOf(call));
  if (!filter.endpoint_id.empty()) {
    FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", filter.endpoint_id));
  }
  if (!filter.before_id.empty()) {
    FURNACE_RETURN_IF_ERROR(CheckUuid("page_token", filter.before_id));
  }
  FURNACE_RETURN_IF_ERROR(CheckRange("page_size", filter.limit, 1, kMaxBatches));
  ++filter.limit;
  FURNACE_ASSIGN_OR_RETURN(std::vector<Batch> listed, batches.List(filter));
  v1::ListBatchesResponse response;
  if (static_cast<int>(listed.size()) == filter.limit) {
    listed.pop_back();
    response.set_next_page_token(listed.back().id);
  }
  for (const Batch& batch : listed) *response.add_batches() = ToProto(batch);
  return response;
}

absl::StatusOr<v1::CancelBatchResponse> Cancel(Batches& batches, const CallContext& call,
                                               const v1::CancelBatchRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("batch_id", request.batch_id()));
  FURNACE_ASSIGN_OR_RETURN(const int cancelled, batches.Cancel(request.batch_id(), project_id));
  v1::CancelBatchResponse response;
  response.set_cancelled(cancelled);
  return response;
}

absl::StatusOr<FailureFilter> ToFilter(const CallContext& call,
                                       const v1::ListFailuresRequest& request) {
  FailureFilter filter{.batch_id = request.batch_id(),
                       .project_id = {},
                       .after_index = -1,
                       .limit = request.page_size() == 0 ? kDefaultFailures : request.page_size()};
  FURNACE_ASSIGN_OR_RETURN(filter.project_id, ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("batch_id", filter.batch_id));
  const std::string& token = request.page_token();
  if (!token.empty() && (!absl::SimpleAtoi(token, &filter.after_index) || filter.after_index < 0 ||
                         filter.after_index > kMaxIndex)) {
    return absl::InvalidArgumentError("page_token: not one of this list");
  }
  FURNACE_RETURN_IF_ERROR(CheckRange("page_size", filter.limit, 1, kMaxFailures));
  ++filter.limit;
  return filter;
}

absl::StatusOr<v1::ListFailuresResponse> Failures(Batches& batches, const CallContext& call,
                                                  const v1::ListFailuresRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const FailureFilter filter, ToFilter(call, request));
  FURNACE_ASSIGN_OR_RETURN(FailureReport report, batches.Failures(filter));
  v1::ListFailuresResponse response;
  for (const FailureGroup& group : report.groups) {
    v1::FailureGroup& proto = *response.add_groups();
    proto.set_status(static_cast<v1::JobStatus>(group.status));
    proto.set_cause(static_cast<v1::FailureCause>(group.cause));
    proto.set_jobs(group.jobs);
  }
  if (static_cast<int>(report.failures.size()) == filter.limit) {
    report.failures.pop_back();
    response.set_next_page_token(std::to_string(report.failures.back().index));
  }
  for (FailedJob& failed : report.failures) {
    v1::FailedJob& proto = *response.add_failures();
    proto.set_index(failed.index);
    *proto.mutable_job() =
        ToProto(JobRecord{.job = std::move(failed.job), .chunks = {}, .chunk_count = 0});
  }
  return response;
}

}  // namespace

v1::Batch ToProto(const Batch& batch) {
  v1::Batch proto;
  proto.set_id(batch.id);
  proto.set_endpoint_id(batch.endpoint_id);
  proto.set_project_id(batch.project_id);
  proto.set_name(batch.options.name);
  proto.set_done(IsDone(batch.counts));
  proto.set_total(Total(batch.counts));
  *proto.mutable_counts() = CountsToProto(batch.counts);
  proto.set_one_worker(batch.options.one_worker);
  SetTime(batch.created_at, proto.mutable_created_at());
  if (batch.started_at) SetTime(*batch.started_at, proto.mutable_started_at());
  if (proto.done() && batch.ended_at) SetTime(*batch.ended_at, proto.mutable_completed_at());
  proto.set_gpu_time_us(batch.gpu_time_us);
  if (!batch.options.webhook_url.empty()) {
    proto.mutable_webhook()->set_url(batch.options.webhook_url);
  }
  return proto;
}

grpc::Status BatchService::GetBatch(grpc::ServerContext* context,
                                    const v1::GetBatchRequest* request,
                                    v1::GetBatchResponse* response) {
  return RunUnary(gate_, *context, *request, response, [this](const auto& call, const auto& asked) {
    return Get(batches_, call, asked);
  });
}

grpc::Status BatchService::ListBatches(grpc::ServerContext* context,
                                       const v1::ListBatchesRequest* request,
                                       v1::ListBatchesResponse* response) {
  return RunUnary(gate_, *context, *request, response, [this](const auto& call, const auto& asked) {
    return List(batches_, call, asked);
  });
}

grpc::Status BatchService::CancelBatch(grpc::ServerContext* context,
                                       const v1::CancelBatchRequest* request,
                                       v1::CancelBatchResponse* response) {
  return RunUnary(gate_, *context, *request, response, [this](const auto& call, const auto& asked) {
    return Cancel(batches_, call, asked);
  });
}

grpc::Status BatchService::ListFailures(grpc::ServerContext* context,
                                        const v1::ListFailuresRequest* request,
                                        v1::ListFailuresResponse* response) {
  return RunUnary(gate_, *context, *request, response, [this](const auto& call, const auto& asked) {
    return Failures(batches_, call, asked);
  });
}

grpc::Status BatchService::GetWebhookSecret(grpc::ServerContext* context,
                                            const v1::GetWebhookSecretRequest* request,
                                            v1::GetWebhookSecretResponse* response) {
  const auto handler =
      [this](const CallContext& call,
             const v1::GetWebhookSecretRequest&) -> absl::StatusOr<v1::GetWebhookSecretResponse> {
    FURNACE_ASSIGN_OR_RETURN(const std::string project_id, ProjectOf(call));
    v1::GetWebhookSecretResponse answer;
    answer.set_secret(WebhookSecret(suite_secret_, project_id));
    return answer;
  };
  return RunUnary(gate_, *context, *request, response, handler);
}

}  // namespace furnace::scheduler::rpc
