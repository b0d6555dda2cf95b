// What jobs ask of workers, and what workers say they have, on the wire.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "furnace/v1/job.pb.h"
#include "furnace/v1/worker_service.pb.h"
#include "services/scheduler/domain/affinity.h"

namespace furnace::scheduler::rpc {

/// Whether `text` is 1-63 characters of [a-z0-9-].
bool IsLabel(std::string_view text);

/// What the field `name` of a request asks for. INVALID_ARGUMENT names the field that
/// breaks its rule in job.proto.
absl::StatusOr<Affinity> ToAffinity(const std::string& name, const v1::Affinity& proto);

/// Fills in what a job of the class asks for, if it is more than GPU types.
void SetAffinity(std::string_view affinity_class, v1::Job& proto);

/// INVALID_ARGUMENT names the field that breaks its rule in worker_service.proto.
absl::StatusOr<WorkerTraits> TraitsOf(const v1::Hello& hello);

}  // namespace furnace::scheduler::rpc
