#include "services/gateway/clients/forwarded_call.h"

#include <utility>

#include "services/gateway/clients/backend_status.h"
#include "services/gateway/clients/prepare.h"
#include "services/gateway/wire/payload.h"

namespace furnace::gateway {

ForwardedCall::ForwardedCall(grpc::GenericStub& stub, furnace::rpc::CompletionThreads& completions,
                             const furnace::rpc::CallOptions& options, Call call,
                             Backends::OnReply on_reply)
    : stub_(stub),
      queue_(completions.queue()),
      gate_(completions.gate()),
      options_(options),
      method_(call.method),
      call_(std::move(call)),
      request_(wire::ToBuffer(std::move(call_.request))),
      on_reply_(std::move(on_reply)) {}

void ForwardedCall::Start() {
  if (Send()) return;
  status_ = ShuttingDown();
  Finish();
}

bool ForwardedCall::Send() {
  MutexLock lock(mutex_);
  return gate_->Pass([this] {
    reader_.reset();
    context_.emplace();
    PrepareFor(call_, options_, *context_);
    reader_ = stub_.PrepareUnaryCall(&*context_, method_, request_, &queue_);
    reader_->StartCall();
    reader_->Finish(&response_, &status_, finished_.Arm(shared_from_this()));
  });
}

void ForwardedCall::Cancel() {
  MutexLock lock(mutex_);
  cancelled_ = true;
  if (context_.has_value()) context_->TryCancel();
}

bool ForwardedCall::MayRetry() {
  MutexLock lock(mutex_);
  return std::exchange(call_.retry, false) && !cancelled_;
}

void ForwardedCall::Finish() {
  if (status_.error_code() == grpc::StatusCode::UNAVAILABLE && MayRetry()) {
    Start();
    return;
  }
  if (status_.ok()) {
    std::string reply = wire::ToString(response_);
    response_.Clear();  // It may be large, and this call may live on.
    on_reply_(std::move(reply));
  } else {
    on_reply_(FromBackend(status_));
  }
  on_reply_ = nullptr;  // It may hold who holds this call.
}

}  // namespace furnace::gateway
