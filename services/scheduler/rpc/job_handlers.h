#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "furnace/v1/job_service.pb.h"
#include "libs/common/base/clock.h"
#include "libs/common/rpc/call_context.h"
#include "services/scheduler/app/batches.h"
#include "services/scheduler/app/dispatcher.h"
#include "services/scheduler/app/explainer.h"
#include "services/scheduler/app/graph_submitter.h"
#include "services/scheduler/app/job_reader.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/app/redriver.h"
#include "services/scheduler/app/result_ports.h"
#include "services/scheduler/app/submitter.h"

namespace furnace::scheduler::rpc {

/// The short methods of JobService as plain functions; they block.
class JobHandlers {
 public:
  JobHandlers(Submitter& submitter, Batches& batches, GraphSubmitter& graphs, JobQueue& queue,
              JobReader& reader, JobHistory& history, AttemptHistory& attempts,
              Explainer& explainer, Redriver& redriver, Dispatcher& dispatcher, const Clock& clock)
      : submitter_(submitter),
        batches_(batches),
        graphs_(graphs),
        queue_(queue),
        reader_(reader),
        history_(history),
        attempts_(attempts),
        explainer_(explainer),
        redriver_(redriver),
        dispatcher_(dispatcher),
        clock_(clock) {}

  absl::StatusOr<v1::SubmitBatchResponse> SubmitBatch(const furnace::rpc::CallContext& call,
                                                      const v1::SubmitBatchRequest& request);
  absl::StatusOr<v1::SubmitGraphResponse> SubmitGraph(const furnace::rpc::CallContext& call,
                                                      const v1::SubmitGraphRequest& request);
  absl::StatusOr<v1::GetResponse> Get(const furnace::rpc::CallContext& call,
                                      const v1::GetRequest& request);
  absl::StatusOr<v1::ListResponse> List(const furnace::rpc::CallContext& call,
                                        const v1::ListRequest& request);
  absl::StatusOr<v1::CancelResponse> Cancel(const furnace::rpc::CallContext& call,
                                            const v1::CancelRequest& request);
  absl::StatusOr<v1::PurgeResponse> Purge(const furnace::rpc::CallContext& call,
                                          const v1::PurgeRequest& request);
  absl::StatusOr<v1::ListDeadLettersResponse> ListDeadLetters(
      const furnace::rpc::CallContext& call, const v1::ListDeadLettersRequest& request);
  absl::StatusOr<v1::RedriveResponse> Redrive(const furnace::rpc::CallContext& call,
                                              const v1::RedriveRequest& request);
  absl::StatusOr<v1::RedriveAllResponse> RedriveAll(const furnace::rpc::CallContext& call,
                                                    const v1::RedriveAllRequest& request);

 private:
  absl::StatusOr<std::vector<Attempt>> Attempts(const Job& job);

  Submitter& submitter_;
  Batches& batches_;
  GraphSubmitter& graphs_;
  JobQueue& queue_;
  JobReader& reader_;
  JobHistory& history_;
  AttemptHistory& attempts_;
  Explainer& explainer_;
  Redriver& redriver_;
  Dispatcher& dispatcher_;
  const Clock& clock_;
};

}  // namespace furnace::scheduler::rpc
