// What a client asks to have run, from the wire and checked.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "furnace/v1/job_service.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/scheduler/app/submitter.h"

namespace furnace::scheduler::rpc {

/// The request as a job to submit; its input is moved out of it. Errors are those of
/// the rpc in job_service.proto; `now` is what times are checked against.
absl::StatusOr<JobRequest> ToJobRequest(const furnace::rpc::CallContext& call,
                                        v1::SubmitRequest& request, absl::Time now);
absl::StatusOr<JobRequest> ToJobRequest(const furnace::rpc::CallContext& call,
                                        v1::SubmitTaskRequest& request, absl::Time now);
absl::StatusOr<JobRequest> ToJobRequest(const furnace::rpc::CallContext& call,
                                        v1::RunSyncRequest& request, absl::Time now);
absl::StatusOr<JobRequest> ToJobRequest(const furnace::rpc::CallContext& call,
                                        const v1::SubmitBatchRequest& request, absl::Time now);

/// What each of many jobs of one call may ask for, a field of that `name`.
absl::StatusOr<JobRequest::Item> ToItem(const std::string& name, const std::string& input,
                                        int priority, const v1::JobOptions& options,
                                        absl::Time now);

/// Fills in what `options`, a field of that name, asks of one job. INVALID_ARGUMENT.
absl::Status ApplyOptions(const std::string& name, const v1::JobOptions& options, absl::Time now,
                          JobRequest::Item& item);

}  // namespace furnace::scheduler::rpc
