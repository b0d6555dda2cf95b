#include "services/registry/rpc/convert_endpoint.h"

#include <cstdint>
#include <optional>
#include <string>

#include "libs/common/base/status.h"
#include "services/registry/rpc/timestamp.h"

namespace furnace::registry::rpc {
namespace {

// proto3 cannot tell 0 from "left out"; where 0 is no valid value it means that.
std::optional<int> UnlessZero(std::int32_t value) {
  return value == 0 ? std::nullopt : std::optional<int>(value);
}

absl::StatusOr<ScalerType> FromProto(v1::ScalerType type) {
  switch (type) {
    case v1::SCALER_TYPE_UNSPECIFIED:
    case v1::SCALER_TYPE_QUEUE_DELAY: return ScalerType::kQueueDelay;
    case v1::SCALER_TYPE_REQUEST_COUNT: return ScalerType::kRequestCount;
    default:
      return Error(absl::StatusCode::kInvalidArgument,
                   "spec.scaler_type: {} is neither QUEUE_DELAY nor REQUEST_COUNT",
                   static_cast<int>(type));
  }
}

v1::ScalerType ToProto(ScalerType type) {
  return type == ScalerType::kQueueDelay ? v1::SCALER_TYPE_QUEUE_DELAY
                                         : v1::SCALER_TYPE_REQUEST_COUNT;
}

v1::EndpointStatus ToProto(EndpointStatus status) {
  switch (status) {
    case EndpointStatus::kActive: return v1::ENDPOINT_STATUS_ACTIVE;
    case EndpointStatus::kDeleted: return v1::ENDPOINT_STATUS_DELETED;
    case EndpointStatus::kPaused: return v1::ENDPOINT_STATUS_PAUSED;
  }
  return v1::ENDPOINT_STATUS_UNSPECIFIED;
}

v1::FailureCause ToProto(FailureCause cause) {
  switch (cause) {
    case FailureCause::kHandlerError: return v1::FAILURE_CAUSE_HANDLER_ERROR;
    case FailureCause::kHandlerExited: return v1::FAILURE_CAUSE_HANDLER_EXITED;
    case FailureCause::kTimeout: return v1::FAILURE_CAUSE_TIMEOUT;
  }
  return v1::FAILURE_CAUSE_UNSPECIFIED;
}

absl::StatusOr<FailureCause> FromProto(int cause, int index) {
  switch (cause) {
    case v1::FAILURE_CAUSE_HANDLER_ERROR: return FailureCause::kHandlerError;
    case v1::FAILURE_CAUSE_HANDLER_EXITED: return FailureCause::kHandlerExited;
    case v1::FAILURE_CAUSE_TIMEOUT: return FailureCause::kTimeout;
    default:
      return Error(
          absl::StatusCode::kInvalidArgument,
          "spec.retry.no_retry_on[{}]: {} is none of HANDLER_ERROR, HANDLER_EXITED, TIMEOUT", index,
          v1::FailureCause_IsValid(cause)
              ? v1::FailureCause_Name(static_cast<v1::FailureCause>(cause))
              : std::to_string(cause));
  }
}

absl::StatusOr<RetryDraft> FromProto(const v1::RetryPolicy& policy) {
  RetryDraft draft;
  if (policy.has_backoff_ms()) draft.backoff_ms = policy.backoff_ms();
  if (policy.has_max_backoff_ms()) draft.max_backoff_ms = policy.max_backoff_ms();
  for (int i = 0; i < policy.no_retry_on_size(); ++i) {
    FURNACE_ASSIGN_OR_RETURN(const FailureCause cause, FromProto(policy.no_retry_on(i), i));
    draft.no_retry_on.insert(cause);
  }
  return draft;
}

v1::RetryPolicy ToProto(const RetryPolicy& policy) {
  v1::RetryPolicy proto;
  proto.set_backoff_ms(policy.backoff_ms);
  proto.set_max_backoff_ms(policy.max_backoff_ms);
  for (const FailureCause cause : policy.no_retry_on) proto.add_no_retry_on(ToProto(cause));
  return proto;
}

absl::StatusOr<EndpointWebhook> FromProto(const v1::JobWebhook& webhook) {
  switch (webhook.format()) {
    case v1::WEBHOOK_FORMAT_UNSPECIFIED:
    case v1::WEBHOOK_FORMAT_FURNACE:
      return EndpointWebhook{.url = webhook.url(), .format = WebhookFormat::kFurnace};
    case v1::WEBHOOK_FORMAT_RUNPOD:
      return EndpointWebhook{.url = webhook.url(), .format = WebhookFormat::kRunPod};
    default:
      return absl::InvalidArgumentError("spec.webhook.format: is neither FURNACE nor RUNPOD");
  }
}

v1::JobWebhook ToProto(const EndpointWebhook& webhook) {
  v1::JobWebhook proto;
  proto.set_url(webhook.url);
  proto.set_format(webhook.format == WebhookFormat::kRunPod ? v1::WEBHOOK_FORMAT_RUNPOD
                                                            : v1::WEBHOOK_FORMAT_FURNACE);
  return proto;
}

QueueDraft FromProto(const v1::QueuePolicy& policy) {
  QueueDraft draft;
  if (policy.has_head_start_ms()) draft.head_start_ms = policy.head_start_ms();
  draft.strict_priority = policy.strict_priority();
  draft.ttl_seconds = policy.ttl_seconds();
  draft.max_concurrency = policy.max_concurrency();
  draft.max_queued = UnlessZero(policy.max_queued());
  draft.idempotency_ttl_seconds = UnlessZero(policy.idempotency_ttl_seconds());
  return draft;
}

v1::QueuePolicy ToProto(const QueuePolicy& policy) {
  v1::QueuePolicy proto;
  proto.set_head_start_ms(policy.head_start_ms);
  proto.set_strict_priority(policy.strict_priority);
  proto.set_ttl_seconds(policy.ttl_seconds);
  proto.set_max_concurrency(policy.max_concurrency);
  proto.set_max_queued(policy.max_queued);
  proto.set_idempotency_ttl_seconds(policy.idempotency_ttl_seconds);
  return proto;
}

v1::EndpointSpec ToProto(const EndpointSpec& spec) {
  v1::EndpointSpec proto;
  proto.set_name(spec.name);
  proto.set_image_uri(spec.image_uri);
  proto.set_handler_path(spec.handler_path);
  proto.mutable_env()->insert(spec.env.begin(), spec.env.end());
  proto.mutable_gpu_types()->Add(spec.gpu_types.begin(), spec.gpu_types.end());
  proto.set_gpu_count(spec.gpu_count);
  proto.set_vram_min_mib(spec.vram_min_mib);
  proto.set_timeout_seconds(spec.timeout_seconds);
  proto.set_min_workers(spec.min_workers);
  proto.set_max_workers(spec.max_workers);
  proto.set_idle_timeout_seconds(spec.idle_timeout_seconds);
  proto.set_scaler_type(ToProto(spec.scaler_type));
  proto.set_scaler_value(spec.scaler_value);
  proto.set_max_retries(spec.max_retries);
  *proto.mutable_retry() = ToProto(spec.retry);
  *proto.mutable_queue() = ToProto(spec.queue);
  proto.set_init_timeout_seconds(spec.init_timeout_seconds);
  proto.set_fallback_after_seconds(spec.fallback_after_seconds);
  proto.mutable_task_types()->Add(spec.task_types.begin(), spec.task_types.end());
  if (!spec.webhook.url.empty()) *proto.mutable_webhook() = ToProto(spec.webhook);
  proto.set_result_retention_seconds(spec.result_retention_seconds);
  return proto;
}

}  // namespace

absl::StatusOr<EndpointDraft> FromProto(const v1::EndpointSpec& spec) {
  EndpointDraft draft;
  draft.name = spec.name();
  draft.image_uri = spec.image_uri();
  draft.handler_path = spec.handler_path();
  draft.env.insert(spec.env().begin(), spec.env().end());
  draft.gpu_types.assign(spec.gpu_types().begin(), spec.gpu_types().end());
  draft.gpu_count = UnlessZero(spec.gpu_count());
  draft.vram_min_mib = spec.vram_min_mib();
  draft.timeout_seconds = UnlessZero(spec.timeout_seconds());
  draft.min_workers = spec.min_workers();
  if (spec.has_max_workers()) draft.max_workers = spec.max_workers();
  if (spec.has_idle_timeout_seconds()) draft.idle_timeout_seconds = spec.idle_timeout_seconds();
  FURNACE_ASSIGN_OR_RETURN(draft.scaler_type, FromProto(spec.scaler_type()));
  draft.scaler_value = UnlessZero(spec.scaler_value());
  draft.max_retries = spec.max_retries();
  FURNACE_ASSIGN_OR_RETURN(draft.retry, FromProto(spec.retry()));
  draft.queue = FromProto(spec.queue());
  draft.init_timeout_seconds = UnlessZero(spec.init_timeout_seconds());
  draft.fallback_after_seconds = spec.fallback_after_seconds();
  draft.task_types.assign(spec.task_types().begin(), spec.task_types().end());
  if (spec.has_webhook()) {
    FURNACE_ASSIGN_OR_RETURN(draft.webhook, FromProto(spec.webhook()));
  }
  draft.result_retention_seconds = UnlessZero(spec.result_retention_seconds());
  return draft;
}

v1::Endpoint ToProto(const Endpoint& endpoint) {
  v1::Endpoint proto;
  proto.set_id(endpoint.id);
  proto.set_project_id(endpoint.project_id);
  *proto.mutable_spec() = ToProto(endpoint.spec);
  proto.set_revision(endpoint.revision);
  proto.set_status(ToProto(endpoint.status));
  SetTimestamp(endpoint.created_at, proto.mutable_created_at());
  SetTimestamp(endpoint.updated_at, proto.mutable_updated_at());
  return proto;
}

}  // namespace furnace::registry::rpc
