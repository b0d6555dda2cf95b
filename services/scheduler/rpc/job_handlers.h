#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "furnace/v1/job_service.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/scheduler/app/dispatcher.h"
#include "services/scheduler/app/job_reader.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/app/submitter.h"

namespace furnace::scheduler::rpc {

/// Largest inputs, see job_service.proto.
inline constexpr std::size_t kMaxInputBytes = 10 << 20;
inline constexpr std::size_t kMaxSyncInputBytes = 20 << 20;

/// What a request to submit one job asks for, checked; for Submit and RunSync.
absl::StatusOr<JobRequest> ToJobRequest(const furnace::rpc::CallContext& call,
                                        const std::string& endpoint_id, std::string input,
                                        int priority, std::size_t max_bytes);

/// The short methods of JobService as plain functions; they block.
class JobHandlers {
 public:
  JobHandlers(Submitter& submitter, JobQueue& queue, JobReader& reader, JobHistory& history,
              Dispatcher& dispatcher)
      : submitter_(submitter),
        queue_(queue),
        reader_(reader),
        history_(history),
        dispatcher_(dispatcher) {}

  absl::StatusOr<v1::SubmitBatchResponse> SubmitBatch(const furnace::rpc::CallContext& call,
                                                      const v1::SubmitBatchRequest& request);
  absl::StatusOr<v1::GetResponse> Get(const furnace::rpc::CallContext& call,
                                      const v1::GetRequest& request);
  absl::StatusOr<v1::ListResponse> List(const furnace::rpc::CallContext& call,
                                        const v1::ListRequest& request);
  absl::StatusOr<v1::CancelResponse> Cancel(const furnace::rpc::CallContext& call,
                                            const v1::CancelRequest& request);

 private:
  Submitter& submitter_;
  JobQueue& queue_;
  JobReader& reader_;
  JobHistory& history_;
  Dispatcher& dispatcher_;
};

}  // namespace furnace::scheduler::rpc
