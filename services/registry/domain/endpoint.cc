#include "services/registry/domain/endpoint.h"

#include <utility>

namespace furnace::registry {
namespace {

// `endpoint` with the status `to`, if it has `from`.
Endpoint Move(Endpoint endpoint, EndpointStatus from, EndpointStatus to, absl::Time now) {
  if (endpoint.status != from) return endpoint;
  endpoint.status = to;
  endpoint.updated_at = now;
  return endpoint;
}

}  // namespace

Endpoint Revise(Endpoint endpoint, EndpointSpec spec, absl::Time now) {
  if (spec == endpoint.spec) return endpoint;
  endpoint.spec = std::move(spec);
  ++endpoint.revision;
  endpoint.updated_at = now;
  return endpoint;
}

Endpoint Pause(Endpoint endpoint, absl::Time now) {
  return Move(std::move(endpoint), EndpointStatus::kActive, EndpointStatus::kPaused, now);
}

Endpoint Resume(Endpoint endpoint, absl::Time now) {
  return Move(std::move(endpoint), EndpointStatus::kPaused, EndpointStatus::kActive, now);
}

Endpoint Retire(Endpoint endpoint, absl::Time now) {
  endpoint.status = EndpointStatus::kDeleted;
  endpoint.updated_at = now;
  return endpoint;
}

std::size_t ApproximateBytes(const Endpoint& endpoint) {
  constexpr std::size_t kFixed = 256;
  constexpr std::size_t kPerText = 16;
  const EndpointSpec& spec = endpoint.spec;
  std::size_t bytes = kFixed + spec.name.size() + spec.image_uri.size() + spec.handler_path.size() +
                      spec.webhook.url.size();
  for (const auto& [name, value] : spec.env) bytes += kPerText + name.size() + value.size();
  for (const std::string& type : spec.gpu_types) bytes += kPerText + type.size();
  return bytes;
}

std::string_view ToString(ScalerType type) {
  return type == ScalerType::kQueueDelay ? "queue_delay" : "request_count";
}

std::string_view ToString(WebhookFormat format) {
  return format == WebhookFormat::kRunPod ? "runpod" : "furnace";
}

std::string_view ToString(EndpointStatus status) {
  switch (status) {
    case EndpointStatus::kActive: return "active";
    case EndpointStatus::kDeleted: return "deleted";
    case EndpointStatus::kPaused: return "paused";
  }
  return "";
}

}  // namespace furnace::registry
