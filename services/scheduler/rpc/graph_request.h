#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "furnace/v1/job_service.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/scheduler/app/graph_submitter.h"

namespace furnace::scheduler::rpc {

/// The request as a graph to submit; how its nodes depend on each other is not checked.
/// Errors are those of SubmitGraph in job_service.proto; `now` is what times are checked
/// against.
absl::StatusOr<GraphRequest> ToGraphRequest(const furnace::rpc::CallContext& call,
                                            const v1::SubmitGraphRequest& request, absl::Time now);

}  // namespace furnace::scheduler::rpc
