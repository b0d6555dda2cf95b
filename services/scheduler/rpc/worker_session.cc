#include "services/scheduler/rpc/worker_session.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "libs/common/json/json.h"
#include "services/scheduler/rpc/convert.h"
#include "services/scheduler/rpc/gpu_report.h"

namespace furnace::scheduler::rpc {
namespace {

constexpr int kMaxCredits = 1000;
constexpr std::size_t kMaxProgressBytes = 4096;
constexpr std::size_t kMaxChunkBytes = 1 << 20;
// Leases in one message.
constexpr std::size_t kMaxLeases = 1000;
// Renewals in a lease's life: two may be lost.
constexpr int kHeartbeatsPerLease = 3;

// Leases whose job id is none are dropped: they could not be anybody's.
std::vector<LeaseId> LeasesOf(const google::protobuf::RepeatedPtrField<v1::LeaseId>& protos) {
  std::vector<LeaseId> leases;
  for (const v1::LeaseId& lease : protos) {
    if (leases.size() >= kMaxLeases) break;
    if (IsUuid(lease.job_id())) leases.push_back(FromProto(lease));
  }
  return leases;
}

// Of the leases that LeasesOf keeps.
std::vector<Renewal> RenewalsOf(const v1::Heartbeat& heartbeat) {
  std::vector<Renewal> renewals;
  for (int i = 0; i < heartbeat.leases_size(); ++i) {
    if (renewals.size() >= kMaxLeases) break;
    if (!IsUuid(heartbeat.leases(i).job_id())) continue;
    Renewal& renewal = renewals.emplace_back(Renewal{.lease = FromProto(heartbeat.leases(i))});
    if (i < heartbeat.waited_us_size()) renewal.waited = WaitOf(heartbeat.waited_us(i));
  }
  return renewals;
}

bool IsJson(const std::string& text, std::size_t max_bytes) {
  return !text.empty() && text.size() <= max_bytes && json::Validate(text).ok();
}

}  // namespace

void WorkerSession::Start() {
  // The stream's callbacks hold the session, and the session the stream, until the
  // stream ends and drops them.
  const auto self = shared_from_this();
  call_->Start([self](v1::ConnectRequest& message) { self->OnMessage(message); },
               [self] { self->OnClosed(); });
}

void WorkerSession::Refuse(const absl::Status& status) {
  call_->Close(furnace::rpc::ReportToGrpc(status, "ConnectRequest"));
}

void WorkerSession::OnMessage(v1::ConnectRequest& message) {
  if (link_->closed()) return;
  const std::string& worker_id = identity_.worker_id;
  if (!greeted_ && !message.has_hello()) {
    return Refuse(absl::InvalidArgumentError("the first message must be hello"));
  }
  switch (message.message_case()) {
    case v1::ConnectRequest::kHello: return OnHello(message.hello());
    case v1::ConnectRequest::kCredit:
      return context_.dispatcher.AddCredits(
          worker_id, std::clamp(message.credit().count(), -kMaxCredits, kMaxCredits));
    case v1::ConnectRequest::kHeartbeat:
      if (message.heartbeat().gpus_size() > 0) {
        context_.dispatcher.SetGpuReadings(worker_id, GpusOf(message.heartbeat()));
      }
      return context_.dispatcher.Heartbeat(worker_id, RenewalsOf(message.heartbeat()));
    case v1::ConnectRequest::kResult: return OnResult(*message.mutable_result());
    case v1::ConnectRequest::kProgress: return OnProgress(*message.mutable_progress());
    case v1::ConnectRequest::kDraining: return context_.dispatcher.SetDraining(worker_id);
    case v1::ConnectRequest::kRelease:
      return context_.dispatcher.Release(worker_id, LeasesOf(message.release().leases()),
                                         message.release().unbegun());
    case v1::ConnectRequest::kEvent:
      return context_.dispatcher.Note(worker_id, NoteFrom(*message.mutable_event()));
    case v1::ConnectRequest::MESSAGE_NOT_SET: return;  // Of a newer agent; not for us.
  }
}

void WorkerSession::OnHello(const v1::Hello& hello) {
  const absl::StatusOr<WorkerHello> worker = HelloFrom(hello);
  if (!worker.ok()) return Refuse(worker.status());
  greeted_ = true;
  if (context_.catalog.Cached(worker->endpoint_id) != nullptr) return Welcome(*worker);

  call_->Hold();  // What follows is of a worker that has joined.
  const bool accepted = context_.blocking.TrySubmit([self = shared_from_this(), hello = *worker] {
    const auto endpoint = self->context_.catalog.Find(hello.endpoint_id);
    if (endpoint.ok()) {
      self->Welcome(hello);
    } else {
      self->Refuse(endpoint.status());
    }
    self->call_->Resume();
  });
  if (accepted) return;
  Refuse(absl::UnavailableError("too many workers connect; try again"));
  call_->Resume();
}

absl::StatusOr<WorkerHello> WorkerSession::HelloFrom(const v1::Hello& hello) const {
  if (greeted_) return absl::InvalidArgumentError("hello came twice");
  FURNACE_ASSIGN_OR_RETURN(WorkerHello worker, FromProto(hello));
  if (hello.worker_id() != identity_.worker_id || hello.endpoint_id() != identity_.endpoint_id) {
    return absl::InvalidArgumentError("hello contradicts the worker's token");
  }
  worker.session = number_;
  return worker;
}

void WorkerSession::Welcome(WorkerHello hello) {
  v1::ConnectResponse message;
  const std::int64_t lease_ms = absl::ToInt64Milliseconds(context_.lease);
  message.mutable_welcome()->set_lease_ms(static_cast<std::int32_t>(lease_ms));
  message.mutable_welcome()->set_heartbeat_ms(
      static_cast<std::int32_t>(lease_ms / kHeartbeatsPerLease));
  // First: once it has joined, it may be given jobs at any moment.
  call_->Push(std::move(message));
  context_.dispatcher.Join(std::move(hello), link_);
}

void WorkerSession::OnResult(v1::Result& result) {
  if (!IsUuid(result.lease().job_id())) return;
  const LeaseId lease = FromProto(result.lease());
  const int credits = std::clamp(result.credits(), 0, kMaxCredits);
  context_.dispatcher.Result(
      identity_.worker_id,
      {.lease = lease, .outcome = OutcomeFrom(result), .worker_id = identity_.worker_id}, credits);
}

void WorkerSession::OnProgress(v1::Progress& progress) {
  if (!IsUuid(progress.lease().job_id())) return;
  ProgressReport report{.lease = FromProto(progress.lease()),
                        .progress = {},
                        .chunks = {},
                        .worker_id = identity_.worker_id,
                        .sequence = std::max<std::int64_t>(0, progress.sequence()),
                        .stored = std::max<std::int64_t>(0, progress.stored())};
  if (IsJson(progress.progress(), kMaxProgressBytes)) {
    report.progress = std::move(*progress.mutable_progress());
  }
  for (std::string& chunk : *progress.mutable_chunks()) {
    if (IsJson(chunk, kMaxChunkBytes)) report.chunks.push_back(std::move(chunk));
  }
  context_.dispatcher.Progress(identity_.worker_id, std::move(report));
  // What is not read waits in the worker. Its heartbeats do, too, but for no longer than what is
  // ahead of them takes to be stored.
  call_->Hold();
  context_.dispatcher.AwaitRoom([call = call_] { call->Resume(); });
}

void WorkerSession::OnClosed() { context_.dispatcher.Leave(identity_.worker_id, link_.get()); }

}  // namespace furnace::scheduler::rpc
