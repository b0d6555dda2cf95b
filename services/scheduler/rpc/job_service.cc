#include "services/scheduler/rpc/job_service.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/rpc/convert.h"
#include "services/scheduler/rpc/job_request.h"

namespace furnace::scheduler::rpc {
namespace {

using furnace::rpc::CallContext;
using furnace::rpc::RunUnary;

constexpr int kDefaultWaitMs = 90'000;
constexpr int kMinRunSyncWaitMs = 1'000;
constexpr int kMaxWaitMs = 300'000;
// Time enough to read the job once.
constexpr absl::Duration kShortestWait = absl::Seconds(1);
constexpr std::int64_t kMaxChunks = std::int64_t{1} << 40;
constexpr absl::Duration kLongestWatch = absl::Hours(24);

// Turns the watched job into the answer of a call that waits for it.
template <typename Response, typename Call>
FinalWatcher::Answer AnswerTo(const std::shared_ptr<Call>& call) {
  return [call](absl::StatusOr<JobRecord> record) {
    if (!record.ok()) return call->Finish(record.status());
    Response response;
    *response.mutable_job() = ToProto(*std::move(record));
    call->Finish(std::move(response));
  };
}

}  // namespace

JobService::JobService(const furnace::rpc::Gate& gate, JobHandlers& handlers, Submitter& submitter,
                       Dispatcher& dispatcher, JobQueue& queue, JobWatchers& watchers,
                       runtime::ThreadPool& blocking, const Clock& clock)
    : gate_(gate),
      handlers_(handlers),
      submitter_(submitter),
      dispatcher_(dispatcher),
      queue_(queue),
      watchers_(watchers),
      blocking_(blocking),
      clock_(clock),
      submit_(
          [this](SubmitCall& call, grpc::ServerCompletionQueue& completions, void* tag) {
            RequestSubmit(&call.context(), &call.request(), &call.stream(), &completions,
                          &completions, tag);
          },
          [this](const std::shared_ptr<SubmitCall>& call) { OnSubmit<v1::SubmitResponse>(call); }),
      submit_task_(
          [this](SubmitTaskCall& call, grpc::ServerCompletionQueue& completions, void* tag) {
            RequestSubmitTask(&call.context(), &call.request(), &call.stream(), &completions,
                              &completions, tag);
          },
          [this](const std::shared_ptr<SubmitTaskCall>& call) {
            OnSubmit<v1::SubmitTaskResponse>(call);
          }),
      run_sync_(
          [this](RunSyncCall& call, grpc::ServerCompletionQueue& completions, void* tag) {
            RequestRunSync(&call.context(), &call.request(), &call.stream(), &completions,
                           &completions, tag);
          },
          [this](const std::shared_ptr<RunSyncCall>& call) { OnRunSync(call); }),
      watch_(
          [this](WatchCall& call, grpc::ServerCompletionQueue& completions, void* tag) {
            RequestWatch(&call.context(), &call.request(), &call.stream(), &completions,
                         &completions, tag);
          },
          [this](const std::shared_ptr<WatchCall>& call) { OnWatch(call); }),
      wait_(
          [this](WaitCall& call, grpc::ServerCompletionQueue& completions, void* tag) {
            RequestWait(&call.context(), &call.request(), &call.stream(), &completions,
                        &completions, tag);
          },
          [this](const std::shared_ptr<WaitCall>& call) { OnWait(call); }) {}

grpc::Status JobService::SubmitBatch(grpc::ServerContext* context,
                                     const v1::SubmitBatchRequest* request,
                                     v1::SubmitBatchResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&JobHandlers::SubmitBatch, &handlers_));
}

grpc::Status JobService::SubmitGraph(grpc::ServerContext* context,
                                     const v1::SubmitGraphRequest* request,
                                     v1::SubmitGraphResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&JobHandlers::SubmitGraph, &handlers_));
}

grpc::Status JobService::Get(grpc::ServerContext* context, const v1::GetRequest* request,
                             v1::GetResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&JobHandlers::Get, &handlers_));
}

grpc::Status JobService::List(grpc::ServerContext* context, const v1::ListRequest* request,
                              v1::ListResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&JobHandlers::List, &handlers_));
}

grpc::Status JobService::Cancel(grpc::ServerContext* context, const v1::CancelRequest* request,
                                v1::CancelResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&JobHandlers::Cancel, &handlers_));
}

grpc::Status JobService::Purge(grpc::ServerContext* context, const v1::PurgeRequest* request,
                               v1::PurgeResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&JobHandlers::Purge, &handlers_));
}

grpc::Status JobService::ListDeadLetters(grpc::ServerContext* context,
                                         const v1::ListDeadLettersRequest* request,
                                         v1::ListDeadLettersResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&JobHandlers::ListDeadLetters, &handlers_));
}

grpc::Status JobService::Redrive(grpc::ServerContext* context, const v1::RedriveRequest* request,
                                 v1::RedriveResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&JobHandlers::Redrive, &handlers_));
}

grpc::Status JobService::RedriveAll(grpc::ServerContext* context,
                                    const v1::RedriveAllRequest* request,
                                    v1::RedriveAllResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&JobHandlers::RedriveAll, &handlers_));
}

template <typename Call, typename Next>
void JobService::Prepare(const std::shared_ptr<Call>& call, JobRequest request, Next next) {
  const bool quick = submitter_.IsQuick(request);
  auto shared = std::make_shared<JobRequest>(std::move(request));
  auto run = [this, call, shared, next] {
    absl::StatusOr<Submission> submission = submitter_.Prepare(std::move(*shared));
    if (!submission.ok()) return call->Finish(submission.status());
    next(*std::move(submission));
  };
  if (quick) return run();
  if (!blocking_.TrySubmit(run)) {
    call->Finish(absl::ResourceExhaustedError("too many submits wait"));
  }
}

void JobService::Queue(Submission submission, Done<SubmitResult> done) {
  const std::string endpoint_id = submission.endpoint_id;
  submitter_.Submit(std::move(submission), std::move(done));
  dispatcher_.Wake(endpoint_id);
}

template <typename Response, typename Call>
void JobService::OnSubmit(const std::shared_ptr<Call>& call) {
  const absl::StatusOr<CallContext> caller = gate_.Admit(call->context());
  if (!caller.ok()) return call->Finish(caller.status());
  absl::StatusOr<JobRequest> job = ToJobRequest(*caller, call->request(), clock_.Now());
  if (!job.ok()) return call->Finish(job.status());
  Prepare(call, *std::move(job), [this, call](Submission submission) {
    UpcomingJob upcoming = Upcoming(submission, 0);
    Queue(std::move(submission),
          [this, call, upcoming = std::move(upcoming)](absl::StatusOr<SubmitResult> result) {
            if (!result.ok()) return call->Finish(result.status());
            if (!result->known_id.empty()) {
              return AnswerWithKnown<Response>(call, result->known_id,
                                               upcoming.record.job.project_id, std::nullopt);
            }
            Response response;
            *response.mutable_job() = ToProto(upcoming.QueuedAt(result->queued_at));
            call->Finish(std::move(response));
          });
  });
}

template <typename Response, typename Call>
void JobService::AnswerWithKnown(const std::shared_ptr<Call>& call, const std::string& job_id,
                                 const std::string& project_id,
                                 std::optional<absl::Duration> wait) {
  auto watcher = std::make_shared<FinalWatcher>(AnswerTo<Response>(call),
                                                absl::UnavailableError("the job was not read"),
                                                /*at_once=*/!wait.has_value());
  call->WhenGone([this, job_id, gone = watcher.get()] { watchers_.Remove(job_id, gone); });
  watchers_.Add({.job_id = job_id,
                 .project_id = project_id,
                 .deadline = clock_.Now() + wait.value_or(kShortestWait),
                 .chunks_after = std::nullopt},
                std::move(watcher));
}

void JobService::OnRunSync(const std::shared_ptr<RunSyncCall>& call) {
  const absl::StatusOr<CallContext> caller = gate_.Admit(call->context());
  if (!caller.ok()) return call->Finish(caller.status());
  v1::RunSyncRequest& request = call->request();
  const int wait_ms = request.wait_ms() == 0 ? kDefaultWaitMs : request.wait_ms();
  absl::Status checked = CheckRange("wait_ms", wait_ms, kMinRunSyncWaitMs, kMaxWaitMs);
  if (!checked.ok()) return call->Finish(checked);
  absl::StatusOr<JobRequest> job = ToJobRequest(*caller, request, clock_.Now());
  if (!job.ok()) return call->Finish(job.status());
  job->watched = true;
  Prepare(call, *std::move(job), [this, call, wait_ms](Submission submission) {
    const absl::Duration wait = absl::Milliseconds(wait_ms);
    if (submission.items[0].persisted) {
      return SubmitThenWatch(call, std::move(submission), wait);
    }
    SubmitAndWatch(call, std::move(submission), wait);
  });
}

void JobService::SubmitThenWatch(const std::shared_ptr<RunSyncCall>& call, Submission submission,
                                 absl::Duration wait) {
  const std::string job_id = submission.items[0].id;
  const std::string project_id = submission.project_id;
  Queue(std::move(submission),
        [this, call, job_id, project_id, wait](const absl::StatusOr<SubmitResult>& result) {
          if (!result.ok()) return call->Finish(result.status());
          const std::string& id = result->known_id.empty() ? job_id : result->known_id;
          AnswerWithKnown<v1::RunSyncResponse>(call, id, project_id, wait);
        });
}

void JobService::SubmitAndWatch(const std::shared_ptr<RunSyncCall>& call, Submission submission,
                                absl::Duration wait) {
  UpcomingJob upcoming = Upcoming(submission, 0);
  const Job& job = upcoming.record.job;
  // The watcher comes first: the job may be done before Submit has answered.
  auto watcher = std::make_shared<FinalWatcher>(
      AnswerTo<v1::RunSyncResponse>(call), absl::UnavailableError("the job may not be queued"));
  const bool watched = watchers_.AddUpcoming({.job_id = job.id,
                                              .project_id = job.project_id,
                                              .deadline = clock_.Now() + wait,
                                              .chunks_after = std::nullopt},
                                             watcher);
  if (!watched) return;
  call->WhenGone([this, job_id = job.id, gone = watcher.get()] { watchers_.Remove(job_id, gone); });
  Queue(std::move(submission), [this, call, watcher, wait, upcoming = std::move(upcoming)](
                                   absl::StatusOr<SubmitResult> result) {
    const std::string& job_id = upcoming.record.job.id;
    if (result.ok() && result->known_id.empty()) {
      return watcher->SetLatest(upcoming.QueuedAt(result->queued_at));
    }
    watchers_.Remove(job_id, watcher.get());
    if (!result.ok()) return call->Finish(result.status());
    AnswerWithKnown<v1::RunSyncResponse>(call, result->known_id, upcoming.record.job.project_id,
                                         wait);
  });
}

void JobService::OnWait(const std::shared_ptr<WaitCall>& call) {
  const absl::StatusOr<CallContext> caller = gate_.Admit(call->context());
  if (!caller.ok()) return call->Finish(caller.status());
  const v1::WaitRequest& request = call->request();
  const int wait_ms = request.has_wait_ms() ? request.wait_ms() : kDefaultWaitMs;
  const auto project_id = furnace::rpc::ProjectOf(*caller);
  if (!project_id.ok()) return call->Finish(project_id.status());
  absl::Status checked = CheckUuid("job_id", request.job_id());
  if (checked.ok()) checked = CheckRange("wait_ms", wait_ms, 0, kMaxWaitMs);
  if (!checked.ok()) return call->Finish(checked);
  auto watcher = std::make_shared<FinalWatcher>(AnswerTo<v1::WaitResponse>(call),
                                                absl::UnavailableError("the job was not read"),
                                                /*at_once=*/wait_ms == 0);
  call->WhenGone(
      [this, job_id = request.job_id(), gone = watcher.get()] { watchers_.Remove(job_id, gone); });
  watchers_.Add({.job_id = request.job_id(),
                 .project_id = *project_id,
                 .deadline = clock_.Now() + std::max(absl::Milliseconds(wait_ms), kShortestWait),
                 .chunks_after = std::nullopt},
                std::move(watcher));
}

void JobService::OnWatch(const std::shared_ptr<WatchCall>& call) {
  const absl::StatusOr<CallContext> caller = gate_.Admit(call->context());
  absl::StatusOr<std::string> project_id =
      caller.ok() ? furnace::rpc::ProjectOf(*caller) : caller.status();
  absl::Status checked = project_id.status();
  if (checked.ok()) checked = CheckUuid("job_id", call->request().job_id());
  if (checked.ok()) {
    checked = CheckRange("after_chunk", call->request().after_chunk(), 0, kMaxChunks);
  }
  if (!checked.ok()) return call->Close(furnace::rpc::ToGrpc(checked));
  auto watcher = std::make_shared<StreamWatcher>(call);
  call->WhenGone([this, job_id = call->request().job_id(), gone = watcher.get()] {
    watchers_.Remove(job_id, gone);
  });
  watchers_.Add({.job_id = call->request().job_id(),
                 .project_id = *project_id,
                 .deadline = clock_.Now() + kLongestWatch,
                 .chunks_after = call->request().after_chunk()},
                std::move(watcher));
}

}  // namespace furnace::scheduler::rpc
