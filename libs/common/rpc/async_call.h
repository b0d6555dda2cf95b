// Server calls that outlive their handler: deferred unary answers, server streams
// and two-way streams. All are thread-safe, live as long as gRPC or anybody else
// holds them, and can be finished at any time by any thread.
#pragma once

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/async_unary_call.h>

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <tuple>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "libs/common/base/mutex.h"
#include "libs/common/rpc/completion.h"
#include "libs/common/rpc/status_mapping.h"

namespace furnace::rpc {

/// What every call has: its context, and word of its end.
class CallBase : public std::enable_shared_from_this<CallBase> {
 public:
  virtual ~CallBase() = default;

  grpc::ServerContext& context() { return context_; }

  /// Before the call is requested: asks gRPC to report its end. What the call does
  /// later passes `gate`.
  void Prepare(std::shared_ptr<OpGate> gate) {
    gate_ = std::move(gate);
    context_.AsyncNotifyWhenDone(done_.Arm(shared_from_this()));
  }
  /// The call was never made; its end will not be reported.
  void Abandon() { done_.Disarm(); }

  /// Runs `hook` once if the caller leaves before its answer; at once if it has.
  void WhenGone(std::function<void()> hook) ABSL_LOCKS_EXCLUDED(gone_mutex_) {
    {
      MutexLock lock(gone_mutex_);
      if (!gone_) {
        gone_hook_ = std::move(hook);
        return;
      }
    }
    hook();
  }

 protected:
  /// The call is over; when it was cancelled, nothing was finished yet.
  virtual void OnDone(bool cancelled) = 0;

  /// Runs `start`, which starts an operation of this call; false when the server
  /// has shut down, after which nothing can be said to the caller any more.
  template <typename Start>
  [[nodiscard]] bool Begin(const Start& start) {
    return gate_->Pass(start);
  }

  grpc::ServerContext context_;

 private:
  void Ended() ABSL_LOCKS_EXCLUDED(gone_mutex_) {
    const bool cancelled = context_.IsCancelled();
    std::function<void()> hook;
    {
      MutexLock lock(gone_mutex_);
      gone_ = cancelled;
      hook = std::exchange(gone_hook_, nullptr);
    }
    if (cancelled && hook) hook();
    OnDone(cancelled);
  }

  OpTag done_{[this](bool) { Ended(); }};
  std::shared_ptr<OpGate> gate_;
  Mutex gone_mutex_;
  bool gone_ ABSL_GUARDED_BY(gone_mutex_) = false;
  std::function<void()> gone_hook_ ABSL_GUARDED_BY(gone_mutex_);
};

/// A unary call that is answered later.
template <typename In, typename Out>
class UnaryCall final : public CallBase {
 public:
  using Request = In;

  In& request() { return request_; }
  grpc::ServerAsyncResponseWriter<Out>& stream() { return responder_; }

  /// Answers; only the first answer counts.
  void Finish(const absl::StatusOr<Out>& result) ABSL_LOCKS_EXCLUDED(mutex_) {
    if (!TakeTurn()) return;
    // A server that has shut down has told the caller so.
    std::ignore = Begin([&] {
      void* tag = finish_.Arm(shared_from_this());
      if (result.ok()) {
        responder_.Finish(*result, grpc::Status::OK, tag);
      } else {
        responder_.FinishWithError(ReportToGrpc(result.status(), In::descriptor()->name()), tag);
      }
    });
  }

 private:
  bool TakeTurn() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return !std::exchange(finished_, true);
  }

  void OnDone(bool cancelled) override {
    if (cancelled) Finish(absl::CancelledError("the caller left"));
  }

  In request_;
  grpc::ServerAsyncResponseWriter<Out> responder_{&context_};
  OpTag finish_{[](bool) {}};
  Mutex mutex_;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

/// What of a stream may wait to be written: so many messages, and the last of them
/// may pass so many bytes.
struct WaitingLimit {
  std::size_t messages;
  std::size_t bytes;
};

/// A call that streams messages out.
///
/// gRPC allows one write in flight; what is pushed meanwhile waits here, up to
/// `limit`: a reader that falls further behind loses the stream, not our memory.
template <typename Stream, typename Out>
class WritingCall : public CallBase {
 public:
  explicit WritingCall(const WaitingLimit& limit) : limit_(limit) {}

  Stream& stream() { return stream_; }

  /// False when the stream is closed, which includes being closed by this call
  /// with RESOURCE_EXHAUSTED because too much waits already.
  bool Push(Out message) ABSL_LOCKS_EXCLUDED(mutex_) {
    bool accepted = true;
    {
      MutexLock lock(mutex_);
      if (closed_) return false;
      if (waiting_.size() < limit_.messages && waiting_bytes_ < limit_.bytes) {
        const std::size_t bytes = message.ByteSizeLong();
        waiting_bytes_ += bytes;
        waiting_.push_back({std::move(message), bytes});
      } else {
        accepted = false;
        waiting_.clear();
        CloseLocked({grpc::StatusCode::RESOURCE_EXHAUSTED, "the reader is too slow"});
      }
    }
    Advance();
    return accepted;
  }

  /// Ends the stream with `status` once what was pushed is written.
  void Close(grpc::Status status) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      MutexLock lock(mutex_);
      CloseLocked(std::move(status));
    }
    Advance();
  }

 protected:
  void OnDone(bool cancelled) override {
    if (!cancelled) return;
    DropAndClose();
    OnClosed();
  }

  /// The peer is gone. May be called more than once.
  virtual void OnClosed() = 0;

 private:
  void DropAndClose() ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      MutexLock lock(mutex_);
      waiting_.clear();
      CloseLocked(grpc::Status::CANCELLED);
    }
    Advance();
  }

  void CloseLocked(grpc::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (closed_) return;
    closed_ = true;
    status_ = std::move(status);
  }

  // Starts the next operation if none is in flight. `busy_` makes its setter the
  // only thread to talk to gRPC, so that is done without the lock; it stays set
  // after Finish, which is therefore called once, and after the server's end.
  void Advance() ABSL_LOCKS_EXCLUDED(mutex_) {
    grpc::WriteOptions options;
    bool finish = false;
    {
      MutexLock lock(mutex_);
      if (busy_) return;
      if (!waiting_.empty()) {
        in_flight_ = std::move(waiting_.front().message);
        waiting_bytes_ -= waiting_.front().bytes;
        waiting_.pop_front();
        // More follow at once: let gRPC put them into one packet.
        if (!waiting_.empty()) options.set_buffer_hint();
      } else if (closed_) {
        finish = true;
      } else {
        return;
      }
      busy_ = true;
    }
    const bool begun = this->Begin([&] {
      if (finish) {
        stream_.Finish(status_, finish_.Arm(this->shared_from_this()));
      } else {
        stream_.Write(in_flight_, options, write_.Arm(this->shared_from_this()));
      }
    });
    if (!begun) DropAndClose();
  }

  void OnWritten(bool ok) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      MutexLock lock(mutex_);
      busy_ = false;
      if (!ok) waiting_.clear();
      if (!ok) CloseLocked(grpc::Status::CANCELLED);
    }
    Advance();
  }

  struct Waiting {
    Out message;
    std::size_t bytes;
  };

  const WaitingLimit limit_;
  Stream stream_{&context_};
  OpTag write_{[this](bool ok) { OnWritten(ok); }};
  OpTag finish_{[](bool) {}};
  Out in_flight_;
  grpc::Status status_;
  Mutex mutex_;
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  std::size_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;  // Of a stream that is open.
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

/// One request in, a stream of messages out.
template <typename In, typename Out>
class ServerStreamCall final : public WritingCall<grpc::ServerAsyncWriter<Out>, Out> {
 public:
  using Request = In;
  static constexpr WaitingLimit kLimit = {.messages = 1000, .bytes = 2 << 20};

  ServerStreamCall() : WritingCall<grpc::ServerAsyncWriter<Out>, Out>(kLimit) {}

  In& request() { return request_; }

 private:
  void OnClosed() override {}

  In request_;
};

/// Messages both ways.
template <typename In, typename Out>
class BidiCall final : public WritingCall<grpc::ServerAsyncReaderWriter<Out, In>, Out> {
  using Base = WritingCall<grpc::ServerAsyncReaderWriter<Out, In>, Out>;

 public:
  /// A worker has room for what it asked for, whatever the size of its jobs.
  static constexpr WaitingLimit kLimit = {.messages = 10000,
                                          .bytes = std::numeric_limits<std::size_t>::max()};

  BidiCall() : Base(kLimit) {}

  /// Begins to read. `on_message` is called for one message at a time, on a
  /// completion thread; `on_closed` once, when the peer has sent its last or is
  /// gone, and ends the stream with OK unless it was closed before.
  void Start(std::function<void(In&)> on_message, std::function<void()> on_closed) {
    on_message_ = std::move(on_message);
    on_closed_ = std::move(on_closed);
    ReadNext();
  }

  /// Called in on_message: reads no further message before Resume, which is to be called once for
  /// each Hold, by any thread. That the peer has gone is told only then.
  void Hold() { ++holds_; }
  void Resume() {
    if (--holds_ == 0) ReadNext();
  }

 private:
  void ReadNext() {
    const bool begun =
        this->Begin([&] { this->stream().Read(&incoming_, read_.Arm(this->shared_from_this())); });
    if (!begun) OnRead(false);
  }

  void OnRead(bool ok) {
    if (!ok) {
      if (on_closed_) std::exchange(on_closed_, nullptr)();
      on_message_ = nullptr;
      this->Close(grpc::Status::OK);
      return;
    }
    holds_ = 1;
    on_message_(incoming_);
    Resume();
  }

  // The read in flight fails when the peer goes, and OnRead tells.
  void OnClosed() override {}

  In incoming_;
  std::atomic<int> holds_ = 0;  // One of them is OnRead's.
  std::function<void(In&)> on_message_;
  std::function<void()> on_closed_;
  OpTag read_{[this](bool ok) { OnRead(ok); }};
};

/// A method of the async API: takes one call after another from a queue.
class AsyncMethod {
 public:
  virtual ~AsyncMethod() = default;
  /// `queue` is used inside of `gate` only.
  virtual void Listen(grpc::ServerCompletionQueue& queue, std::shared_ptr<OpGate> gate) = 0;
};

/// Takes calls of type `Call` and hands each to `on_call`, on a completion thread.
template <typename Call>
class Listener final : public AsyncMethod, private Tag {
 public:
  /// Requests the next call: service.RequestX(&call.context(), ...).
  using Request = std::function<void(Call& call, grpc::ServerCompletionQueue& queue, void* tag)>;
  using OnCall = std::function<void(std::shared_ptr<Call>)>;

  Listener(Request request, OnCall on_call)
      : request_(std::move(request)), on_call_(std::move(on_call)) {}

  void Listen(grpc::ServerCompletionQueue& queue, std::shared_ptr<OpGate> gate) override {
    queue_ = &queue;
    gate_ = std::move(gate);
    RequestNext();
  }

 private:
  void RequestNext() {
    std::ignore = gate_->Pass([&] {  // A server that has shut down takes no calls.
      next_ = std::make_shared<Call>();
      next_->Prepare(gate_);
      request_(*next_, *queue_, static_cast<Tag*>(this));
    });
  }

  void Proceed(bool ok) override {
    const std::shared_ptr<Call> call = std::move(next_);
    if (!ok) {  // The server shuts down.
      call->Abandon();
      return;
    }
    RequestNext();
    on_call_(call);
  }

  const Request request_;
  const OnCall on_call_;
  grpc::ServerCompletionQueue* queue_ = nullptr;
  std::shared_ptr<OpGate> gate_;
  std::shared_ptr<Call> next_;
};

}  // namespace furnace::rpc
