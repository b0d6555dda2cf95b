#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "furnace/v1/job_service.grpc.pb.h"
#include "libs/common/base/clock.h"
#include "libs/common/rpc/async_call.h"
#include "libs/common/rpc/unary.h"
#include "libs/common/runtime/thread_pool.h"
#include "services/scheduler/app/job_watchers.h"
#include "services/scheduler/rpc/job_handlers.h"
#include "services/scheduler/rpc/waiting_calls.h"

namespace furnace::scheduler::rpc {

/// The methods that last, and Submit, which is called most, are taken from a
/// completion queue; the others run on gRPC's threads.
using JobServiceBase =
    v1::JobService::WithAsyncMethod_Submit<v1::JobService::WithAsyncMethod_SubmitTask<
        v1::JobService::WithAsyncMethod_RunSync<v1::JobService::WithAsyncMethod_Watch<
            v1::JobService::WithAsyncMethod_Wait<v1::JobService::Service>>>>>;

/// The gRPC face of jobs.
class JobService final : public JobServiceBase {
 public:
  JobService(const furnace::rpc::Gate& gate, JobHandlers& handlers, Submitter& submitter,
             Dispatcher& dispatcher, JobQueue& queue, JobWatchers& watchers,
             runtime::ThreadPool& blocking, const Clock& clock);

  /// For rpc::Server::Start.
  std::vector<furnace::rpc::AsyncMethod*> async_methods() {
    return {&submit_, &submit_task_, &run_sync_, &watch_, &wait_};
  }

  grpc::Status SubmitBatch(grpc::ServerContext* context, const v1::SubmitBatchRequest* request,
                           v1::SubmitBatchResponse* response) override;
  grpc::Status SubmitGraph(grpc::ServerContext* context, const v1::SubmitGraphRequest* request,
                           v1::SubmitGraphResponse* response) override;
  grpc::Status Get(grpc::ServerContext* context, const v1::GetRequest* request,
                   v1::GetResponse* response) override;
  grpc::Status List(grpc::ServerContext* context, const v1::ListRequest* request,
                    v1::ListResponse* response) override;
  grpc::Status Cancel(grpc::ServerContext* context, const v1::CancelRequest* request,
                      v1::CancelResponse* response) override;
  grpc::Status Purge(grpc::ServerContext* context, const v1::PurgeRequest* request,
                     v1::PurgeResponse* response) override;
  grpc::Status ListDeadLetters(grpc::ServerContext* context,
                               const v1::ListDeadLettersRequest* request,
                               v1::ListDeadLettersResponse* response) override;
  grpc::Status Redrive(grpc::ServerContext* context, const v1::RedriveRequest* request,
                       v1::RedriveResponse* response) override;
  grpc::Status RedriveAll(grpc::ServerContext* context, const v1::RedriveAllRequest* request,
                          v1::RedriveAllResponse* response) override;

 private:
  using SubmitCall = furnace::rpc::UnaryCall<v1::SubmitRequest, v1::SubmitResponse>;
  using SubmitTaskCall = furnace::rpc::UnaryCall<v1::SubmitTaskRequest, v1::SubmitTaskResponse>;
  using RunSyncCall = furnace::rpc::UnaryCall<v1::RunSyncRequest, v1::RunSyncResponse>;
  using WaitCall = furnace::rpc::UnaryCall<v1::WaitRequest, v1::WaitResponse>;

  /// Submit and SubmitTask.
  template <typename Response, typename Call>
  void OnSubmit(const std::shared_ptr<Call>& call);
  void OnRunSync(const std::shared_ptr<RunSyncCall>& call);
  /// Answers with the job that an idempotency key stands for: as it is, or final if
  /// that is within `wait`.
  template <typename Response, typename Call>
  void AnswerWithKnown(const std::shared_ptr<Call>& call, const std::string& job_id,
                       const std::string& project_id, std::optional<absl::Duration> wait);
  void SubmitAndWatch(const std::shared_ptr<RunSyncCall>& call, Submission submission,
                      absl::Duration wait);
  /// The same for a job whose result must not be told before the job is acknowledged.
  void SubmitThenWatch(const std::shared_ptr<RunSyncCall>& call, Submission submission,
                       absl::Duration wait);
  /// Prepares the submission, on another thread if that may block, and goes on with
  /// `next`, or answers the call with the error.
  template <typename Call, typename Next>
  void Prepare(const std::shared_ptr<Call>& call, JobRequest request, Next next);
  /// Queues the submission, and has the endpoint's workers ask for jobs right behind it: on
  /// an idle queue the job is leased in the round trip that acknowledges it.
  void Queue(Submission submission, Done<SubmitResult> done);
  void OnWait(const std::shared_ptr<WaitCall>& call);
  void OnWatch(const std::shared_ptr<WatchCall>& call);

  const furnace::rpc::Gate& gate_;
  JobHandlers& handlers_;
  Submitter& submitter_;
  Dispatcher& dispatcher_;
  JobQueue& queue_;
  JobWatchers& watchers_;
  runtime::ThreadPool& blocking_;
  const Clock& clock_;
  furnace::rpc::Listener<SubmitCall> submit_;
  furnace::rpc::Listener<SubmitTaskCall> submit_task_;
  furnace::rpc::Listener<RunSyncCall> run_sync_;
  furnace::rpc::Listener<WatchCall> watch_;
  furnace::rpc::Listener<WaitCall> wait_;
};

}  // namespace furnace::scheduler::rpc
