#include "services/scheduler/clients/registry_endpoint_source.h"

#include <algorithm>

#include "libs/common/rpc/status_mapping.h"
#include "services/scheduler/domain/init_timeout.h"
#include "services/scheduler/domain/job_webhook.h"

namespace furnace::scheduler {
namespace {

RetryPolicy RetryFromProto(const v1::EndpointSpec& spec) {
  RetryPolicy policy{.max_retries = spec.max_retries(),
                     .backoff = absl::Milliseconds(spec.retry().backoff_ms()),
                     .max_backoff = absl::Milliseconds(spec.retry().max_backoff_ms())};
  for (const int cause : spec.retry().no_retry_on()) policy.no_retry |= 1U << cause;
  return policy;
}

// A registry older than these fields leaves them out: then the defaults hold.
QueuePolicy QueueFromProto(const v1::EndpointSpec& spec) {
  if (!spec.has_queue()) return {};
  const v1::QueuePolicy& proto = spec.queue();
  return {.head_start = proto.strict_priority() ? kStrictHeadStart
                                                : absl::Milliseconds(proto.head_start_ms()),
          .ttl = absl::Seconds(proto.ttl_seconds()),
          .max_concurrency = proto.max_concurrency(),
          .max_queued = proto.max_queued(),
          .idempotency_ttl = absl::Seconds(proto.idempotency_ttl_seconds())};
}

std::string WebhookFromProto(const v1::EndpointSpec& spec) {
  if (!spec.has_webhook()) return "";
  return EncodeJobWebhook({.url = spec.webhook().url(),
                           .format = spec.webhook().format() == v1::WEBHOOK_FORMAT_RUNPOD
                                         ? WebhookFormat::kRunPod
                                         : WebhookFormat::kFurnace});
}

Endpoint FromProto(const v1::Endpoint& proto) {
  const v1::EndpointSpec& spec = proto.spec();
  Endpoint endpoint;
  endpoint.id = proto.id();
  endpoint.project_id = proto.project_id();
  endpoint.name = spec.name();
  endpoint.revision = proto.revision();
  endpoint.deleted = proto.status() == v1::ENDPOINT_STATUS_DELETED;
  endpoint.image_uri = spec.image_uri();
  endpoint.handler_path = spec.handler_path();
  endpoint.env = {spec.env().begin(), spec.env().end()};
  endpoint.gpu_types = {spec.gpu_types().begin(), spec.gpu_types().end()};
  endpoint.fallback_after = absl::Seconds(spec.fallback_after_seconds());
  endpoint.task_types = {spec.task_types().begin(), spec.task_types().end()};
  endpoint.webhook = WebhookFromProto(spec);
  endpoint.gpu_count = spec.gpu_count();
  endpoint.vram_min_mib = spec.vram_min_mib();
  endpoint.timeout = absl::Seconds(spec.timeout_seconds());
  endpoint.paused = proto.status() == v1::ENDPOINT_STATUS_PAUSED;
  endpoint.init_timeout = InitTimeout(spec.init_timeout_seconds(), endpoint.env);
  if (spec.result_retention_seconds() > 0) {
    endpoint.result_retention = absl::Seconds(spec.result_retention_seconds());
  }
  endpoint.retry = RetryFromProto(spec);
  endpoint.queue = QueueFromProto(spec);
  endpoint.scale = {.min_workers = spec.min_workers(),
                    .max_workers = spec.max_workers(),
                    .idle_timeout = absl::Seconds(spec.idle_timeout_seconds()),
                    .type = spec.scaler_type() == v1::SCALER_TYPE_REQUEST_COUNT
                                ? ScalerType::kRequestCount
                                : ScalerType::kQueueDelay,
                    .value = std::max(1, spec.scaler_value())};
  return endpoint;
}

}  // namespace

absl::StatusOr<Endpoint> RegistryEndpointSource::Find(const std::string& endpoint_id) {
  grpc::ClientContext context;
  furnace::rpc::Prepare(context, options_);
  internal::v1::FindEndpointRequest request;
  request.set_endpoint_id(endpoint_id);
  internal::v1::FindEndpointResponse response;
  const grpc::Status status = stub_->FindEndpoint(&context, request, &response);
  if (!status.ok()) return furnace::rpc::FromGrpc(status);
  return FromProto(response.endpoint());
}

absl::StatusOr<EndpointChanges> RegistryEndpointSource::ChangesSince(std::int64_t cursor) {
  grpc::ClientContext context;
  furnace::rpc::Prepare(context, options_);
  // A call that fails at once leaves nobody who works on the connection.
  context.set_wait_for_ready(true);
  internal::v1::ListEndpointChangesRequest request;
  request.set_cursor(cursor);
  internal::v1::ListEndpointChangesResponse response;
  const grpc::Status status = stub_->ListEndpointChanges(&context, request, &response);
  if (!status.ok()) return furnace::rpc::FromGrpc(status);
  EndpointChanges changes;
  for (const v1::Endpoint& endpoint : response.endpoints()) {
    changes.endpoints.push_back(FromProto(endpoint));
  }
  changes.cursor = response.next_cursor();
  return changes;
}

}  // namespace furnace::scheduler
