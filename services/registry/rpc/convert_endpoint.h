// Between endpoints on the wire and endpoints of the domain.
#pragma once

#include "absl/status/statusor.h"
#include "furnace/v1/endpoint.pb.h"
#include "services/registry/domain/endpoint.h"
#include "services/registry/domain/endpoint_draft.h"

namespace furnace::registry::rpc {

/// INVALID_ARGUMENT for a scaler type newer than this build, and for a failure cause
/// that no policy may name; everything else is for Normalise to check.
absl::StatusOr<EndpointDraft> FromProto(const v1::EndpointSpec& spec);

v1::Endpoint ToProto(const Endpoint& endpoint);

}  // namespace furnace::registry::rpc
