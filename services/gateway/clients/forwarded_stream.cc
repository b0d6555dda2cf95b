#include "services/gateway/clients/forwarded_stream.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/mutex.h"
#include "libs/common/rpc/completion.h"
#include "services/gateway/clients/backend_status.h"
#include "services/gateway/clients/prepare.h"
#include "services/gateway/wire/payload.h"

namespace furnace::gateway {

// Apart from the stream because operations in flight hold on to it. gRPC allows
// one operation of a kind at a time: the request is written once, in one
// operation with the end of writes, and reading begins when that is done.
class ForwardedStream::State : public std::enable_shared_from_this<State> {
 public:
  State(grpc::GenericStub& stub, furnace::rpc::CompletionThreads& completions,
        const furnace::rpc::CallOptions& options, Call call)
      : stub_(stub),
        queue_(completions.queue()),
        gate_(completions.gate()),
        options_(options),
        method_(call.method),
        call_(std::move(call)),
        request_(wire::ToBuffer(std::move(call_.request))) {}

  void Start() ABSL_LOCKS_EXCLUDED(mutex_) {
    Do([this] {
      MutexLock lock(mutex_);
      phase_ = Phase::kOpening;
      stream_.reset();
      context_.emplace();
      PrepareFor(call_, options_, *context_);
      if (cancelled_) context_->TryCancel();
      stream_ = stub_.PrepareCall(&*context_, method_, &queue_);
      stream_->StartCall(started_.Arm(shared_from_this()));
    });
  }

  void Next(OnNext on_next) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      MutexLock lock(mutex_);
      on_next_ = std::move(on_next);
      if (phase_ == Phase::kOpening) return;
    }
    Read();
  }

  void Cancel() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    cancelled_ = true;
    if (context_.has_value()) context_->TryCancel();
  }

 private:
  enum class Phase { kOpening, kReading };

  // Starts an operation. Once the gateway itself ends there are no more, which
  // whoever waits for a message is told.
  template <typename Operation>
  void Do(const Operation& operation) ABSL_LOCKS_EXCLUDED(mutex_) {
    if (gate_->Pass(operation)) return;
    {
      MutexLock lock(mutex_);
      phase_ = Phase::kReading;
      if (on_next_ == nullptr) return;  // Who asks later comes here again.
    }
    Deliver(FromBackend(ShuttingDown()));
  }

  void OnStarted(bool ok) {
    if (!ok) {
      OnWritten(false);
      return;
    }
    Do([this] {
      stream_->WriteLast(request_, grpc::WriteOptions(), written_.Arm(shared_from_this()));
    });
  }

  // Whether that worked shows in the status, which reading leads to.
  void OnWritten(bool) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      MutexLock lock(mutex_);
      phase_ = Phase::kReading;
      if (on_next_ == nullptr) return;
    }
    Read();
  }

  void Read() {
    Do([this] { stream_->Read(&message_, read_.Arm(shared_from_this())); });
  }

  void OnRead(bool ok) {
    if (ok) {
      call_.retry = false;  // The caller has seen something.
      Deliver(wire::ToString(message_));
    } else {
      Do([this] { stream_->Finish(&status_, finished_.Arm(shared_from_this())); });
    }
  }

  void OnFinished() {
    const bool again = std::exchange(call_.retry, false);
    if (status_.error_code() == grpc::StatusCode::UNAVAILABLE && again) {
      Start();
    } else if (status_.ok()) {
      Deliver(std::nullopt);
    } else {
      Deliver(FromBackend(status_));
    }
  }

  void Deliver(absl::StatusOr<std::optional<std::string>> result) ABSL_LOCKS_EXCLUDED(mutex_) {
    OnNext on_next;
    {
      MutexLock lock(mutex_);
      on_next = std::exchange(on_next_, nullptr);
    }
    on_next(std::move(result));
  }

  grpc::GenericStub& stub_;
  grpc::CompletionQueue& queue_;
  const std::shared_ptr<furnace::rpc::OpGate> gate_;
  const furnace::rpc::CallOptions& options_;
  const std::string method_;
  Call call_;
  const grpc::ByteBuffer request_;
  // A context serves one attempt; it outlives the attempt's stream. Both are
  // replaced only between the operations of two attempts.
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  grpc::ByteBuffer message_;
  grpc::Status status_;
  furnace::rpc::OpTag started_{[this](bool ok) { OnStarted(ok); }};
  furnace::rpc::OpTag written_{[this](bool ok) { OnWritten(ok); }};
  furnace::rpc::OpTag read_{[this](bool ok) { OnRead(ok); }};
  furnace::rpc::OpTag finished_{[this](bool) { OnFinished(); }};

  Mutex mutex_;
  Phase phase_ ABSL_GUARDED_BY(mutex_) = Phase::kOpening;
  OnNext on_next_ ABSL_GUARDED_BY(mutex_);
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

ForwardedStream::ForwardedStream(grpc::GenericStub& stub,
                                 furnace::rpc::CompletionThreads& completions,
                                 const furnace::rpc::CallOptions& options, Call call)
    : state_(std::make_shared<State>(stub, completions, options, std::move(call))) {
  state_->Start();
}

ForwardedStream::~ForwardedStream() { state_->Cancel(); }

void ForwardedStream::Next(OnNext on_next) { state_->Next(std::move(on_next)); }

void ForwardedStream::Cancel() { state_->Cancel(); }

}  // namespace furnace::gateway
