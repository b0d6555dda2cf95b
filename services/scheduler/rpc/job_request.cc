#include "services/scheduler/rpc/job_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/base/webhook_url.h"
#include "libs/common/json/json.h"
#include "services/scheduler/domain/attribution.h"
#include "services/scheduler/rpc/affinity.h"
#include "services/scheduler/rpc/convert.h"
#include "services/scheduler/rpc/webhook_convert.h"
#include "services/scheduler/rpc/window_convert.h"

namespace furnace::scheduler::rpc {
namespace {

// Limits of job_service.proto.
constexpr std::size_t kMaxInputBytes = 10 << 20;
constexpr std::size_t kMaxSyncInputBytes = 20 << 20;
constexpr int kMaxPriority = 10;
constexpr int kMaxBatchJobs = 1000;
constexpr absl::Duration kMaxDelay = absl::Hours(24 * 365);
constexpr int kMaxTtlSeconds = 2'592'000;
constexpr int kMaxTimeoutSeconds = 604'800;
constexpr std::size_t kMaxKeyBytes = 255;
constexpr int kMaxParents = 100;
constexpr std::size_t kMaxS3ConfigBytes = 4 << 10;

absl::Status CheckLength(std::string_view field, std::string_view key) {
  if (key.size() <= kMaxKeyBytes) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "{}: {} bytes, more than {}", field, key.size(),
               kMaxKeyBytes);
}

absl::Status CheckIdempotencyKey(std::string_view key) {
  FURNACE_RETURN_IF_ERROR(CheckLength("options.idempotency_key", key));
  if (std::all_of(key.begin(), key.end(), [](char c) { return c >= ' ' && c <= '~'; })) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "options.idempotency_key: holds what is no printable ASCII character");
}

absl::Status CheckText(std::string_view field, std::string_view key) {
  FURNACE_RETURN_IF_ERROR(CheckLength(field, key));
  const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  if (std::none_of(key.begin(), key.end(), is_control)) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "{}: holds a control character", field);
}

absl::StatusOr<absl::Time> NotBefore(std::string_view field,
                                     const google::protobuf::Timestamp& proto, absl::Time now) {
  // The years that a Timestamp may have, 1 to 9999.
  if (proto.seconds() < -62'135'596'800 || proto.seconds() > 253'402'300'799 || proto.nanos() < 0 ||
      proto.nanos() > 999'999'999) {
    return Error(absl::StatusCode::kInvalidArgument, "{}: no valid time", field);
  }
  const absl::Time time =
      absl::FromUnixSeconds(proto.seconds()) + absl::Microseconds(proto.nanos() / 1000);
  if (time <= now + kMaxDelay) return time;
  return Error(absl::StatusCode::kInvalidArgument, "{}: more than 365 days ahead", field);
}

absl::Status ApplyParents(const std::string& name, const v1::JobOptions& options,
                          JobRequest::Item& item) {
  FURNACE_RETURN_IF_ERROR(
      CheckRange(name + ".depends_on: number of jobs", options.depends_on_size(), 0, kMaxParents));
  std::set<std::string_view> seen;
  for (int i = 0; i < options.depends_on_size(); ++i) {
    const std::string& parent = options.depends_on(i);
    const std::string field = fmt::format("{}.depends_on[{}]", name, i);
    FURNACE_RETURN_IF_ERROR(CheckUuid(field, parent));
    if (!seen.insert(parent).second) {
      return Error(absl::StatusCode::kInvalidArgument, "{}: {} is named twice", field, parent);
    }
  }
  item.depends_on.assign(options.depends_on().begin(), options.depends_on().end());
  FURNACE_RETURN_IF_ERROR(CheckRange(name + ".on_parent_failure", options.on_parent_failure(),
                                     v1::PARENT_FAILURE_POLICY_UNSPECIFIED,
                                     v1::PARENT_FAILURE_POLICY_CONTINUE));
  if (options.on_parent_failure() != v1::PARENT_FAILURE_POLICY_UNSPECIFIED) {
    item.on_parent_failure = static_cast<ParentFailure>(options.on_parent_failure());
  }
  return absl::OkStatus();
}

// What is wrong is named, and never shown: it holds credentials.
absl::Status CheckS3Config(const std::string& name, const std::string& config) {
  if (config.empty()) return absl::OkStatus();
  if (config.size() > kMaxS3ConfigBytes) {
    return Error(absl::StatusCode::kInvalidArgument, "{}: {} bytes, more than {}", name,
                 config.size(), kMaxS3ConfigBytes);
  }
  if (!json::Validate(config).ok() || json::KindOf(config) != json::Kind::kObject) {
    return Error(absl::StatusCode::kInvalidArgument, "{}: not a JSON object", name);
  }
  return absl::OkStatus();
}

absl::StatusOr<BatchOptions> ToBatchOptions(const v1::SubmitBatchRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckText("name", request.name()));
  if (!request.webhook_url().empty()) {
    FURNACE_RETURN_IF_ERROR(Annotate(CheckWebhookUrl(request.webhook_url()), "webhook_url"));
  }
  return BatchOptions{.name = request.name(),
                      .one_worker = request.one_worker(),
                      .webhook_url = request.webhook_url()};
}

absl::Status ApplyUrgency(const std::string& name, const v1::JobOptions& options,
                          Affinity& affinity) {
  if (options.critical() && options.starts_no_worker()) {
    return Error(absl::StatusCode::kInvalidArgument, "{}.starts_no_worker: not with critical",
                 name);
  }
  affinity.critical = options.critical();
  affinity.background = options.starts_no_worker();
  return absl::OkStatus();
}

// What all requests for one job share, but where it goes.
template <typename Request>
absl::StatusOr<JobRequest> Unaddressed(const furnace::rpc::CallContext& call, Request& request,
                                       std::size_t max_bytes, absl::Time now) {
  JobRequest jobs;
  FURNACE_ASSIGN_OR_RETURN(jobs.project_id, furnace::rpc::ProjectOf(call));
  jobs.api_key_id = furnace::rpc::ApiKeyOf(call);
  FURNACE_RETURN_IF_ERROR(CheckInput("input", request.input(), max_bytes));
  FURNACE_RETURN_IF_ERROR(CheckRange("priority", request.priority(), -kMaxPriority, kMaxPriority));
  FURNACE_RETURN_IF_ERROR(CheckIdempotencyKey(request.options().idempotency_key()));
  jobs.idempotency_key = request.options().idempotency_key();
  JobRequest::Item item{.input = std::move(*request.mutable_input()),
                        .priority = request.priority()};
  FURNACE_RETURN_IF_ERROR(ApplyOptions("options", request.options(), now, item));
  jobs.items.push_back(std::move(item));
  return jobs;
}

template <typename Request>
absl::StatusOr<JobRequest> ForEndpoint(const furnace::rpc::CallContext& call, Request& request,
                                       std::size_t max_bytes, absl::Time now) {
  FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", request.endpoint_id()));
  FURNACE_ASSIGN_OR_RETURN(JobRequest jobs, Unaddressed(call, request, max_bytes, now));
  jobs.endpoint_id = request.endpoint_id();
  return jobs;
}

}  // namespace

absl::Status ApplyOptions(const std::string& name, const v1::JobOptions& options, absl::Time now,
                          JobRequest::Item& item) {
  if (options.has_not_before()) {
    FURNACE_ASSIGN_OR_RETURN(item.not_before,
                             NotBefore(name + ".not_before", options.not_before(), now));
  }
  if (options.ttl_seconds() != 0) {
    FURNACE_RETURN_IF_ERROR(
        CheckRange(name + ".ttl_seconds", options.ttl_seconds(), 1, kMaxTtlSeconds));
    item.ttl = absl::Seconds(options.ttl_seconds());
  }
  if (options.timeout_seconds() != 0) {
    FURNACE_RETURN_IF_ERROR(
        CheckRange(name + ".timeout_seconds", options.timeout_seconds(), 1, kMaxTimeoutSeconds));
    item.timeout = absl::Seconds(options.timeout_seconds());
  }
  FURNACE_RETURN_IF_ERROR(CheckText(name + ".concurrency_key", options.concurrency_key()));
  item.concurrency_key = options.concurrency_key();
  if (!v1::Ack_IsValid(options.ack())) {
    return Error(absl::StatusCode::kInvalidArgument, "{}.ack: unknown", name);
  }
  item.persisted = options.ack() == v1::ACK_PERSISTED;
  if (options.has_window()) {
    FURNACE_ASSIGN_OR_RETURN(item.window, FromProto(name + ".window", options.window()));
  }
  if (options.has_webhook()) {
    FURNACE_ASSIGN_OR_RETURN(item.webhook, FromProto(name + ".webhook", options.webhook()));
  }
  FURNACE_ASSIGN_OR_RETURN(item.affinity, ToAffinity(name + ".affinity", options.affinity()));
  FURNACE_RETURN_IF_ERROR(ApplyUrgency(name, options, item.affinity));
  FURNACE_RETURN_IF_ERROR(CheckS3Config(name + ".s3_config", options.s3_config()));
  item.s3_config = options.s3_config();
  item.tags = {options.tags().begin(), options.tags().end()};
  FURNACE_RETURN_IF_ERROR(Annotate(CheckTags(item.tags), name));
  return ApplyParents(name, options, item);
}

absl::StatusOr<JobRequest::Item> ToItem(const std::string& name, const std::string& input,
                                        int priority, const v1::JobOptions& options,
                                        absl::Time now) {
  FURNACE_RETURN_IF_ERROR(CheckRange(name + ".priority", priority, -kMaxPriority, kMaxPriority));
  if (!options.idempotency_key().empty()) {
    return Error(absl::StatusCode::kInvalidArgument,
                 "{}.options.idempotency_key: only for a job that is submitted alone", name);
  }
  JobRequest::Item item{.input = input, .priority = priority};
  FURNACE_RETURN_IF_ERROR(ApplyOptions(name + ".options", options, now, item));
  return item;
}

absl::StatusOr<JobRequest> ToJobRequest(const furnace::rpc::CallContext& call,
                                        v1::SubmitRequest& request, absl::Time now) {
  return ForEndpoint(call, request, kMaxInputBytes, now);
}

absl::StatusOr<JobRequest> ToJobRequest(const furnace::rpc::CallContext& call,
                                        v1::SubmitTaskRequest& request, absl::Time now) {
  if (!IsLabel(request.task_type())) {
    return absl::InvalidArgumentError("task_type: not 1-63 characters of [a-z0-9-]");
  }
  FURNACE_ASSIGN_OR_RETURN(JobRequest jobs, Unaddressed(call, request, kMaxInputBytes, now));
  jobs.task_type = request.task_type();
  return jobs;
}

absl::StatusOr<JobRequest> ToJobRequest(const furnace::rpc::CallContext& call,
                                        v1::RunSyncRequest& request, absl::Time now) {
  return ForEndpoint(call, request, kMaxSyncInputBytes, now);
}

absl::StatusOr<JobRequest> ToJobRequest(const furnace::rpc::CallContext& call,
                                        const v1::SubmitBatchRequest& request, absl::Time now) {
  JobRequest jobs;
  FURNACE_ASSIGN_OR_RETURN(jobs.project_id, furnace::rpc::ProjectOf(call));
  jobs.api_key_id = furnace::rpc::ApiKeyOf(call);
  FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", request.endpoint_id()));
  jobs.endpoint_id = request.endpoint_id();
  FURNACE_RETURN_IF_ERROR(CheckRange("jobs", request.jobs_size(), 1, kMaxBatchJobs));
  FURNACE_ASSIGN_OR_RETURN(jobs.batch, ToBatchOptions(request));
  std::size_t room = kMaxInputBytes;
  for (int i = 0; i < request.jobs_size(); ++i) {
    const v1::BatchJob& job = request.jobs(i);
    const std::string name = fmt::format("jobs[{}]", i);
    FURNACE_RETURN_IF_ERROR(CheckInput(name + ".input", job.input(), room));
    if (request.one_worker() && !job.options().concurrency_key().empty()) {
      return Error(absl::StatusCode::kInvalidArgument,
                   "{}.options.concurrency_key: not with one_worker", name);
    }
    room -= job.input().size();
    FURNACE_ASSIGN_OR_RETURN(JobRequest::Item item,
                             ToItem(name, job.input(), job.priority(), job.options(), now));
    jobs.items.push_back(std::move(item));
  }
  return jobs;
}

}  // namespace furnace::scheduler::rpc
