#pragma once

#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/byte_buffer.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "libs/common/base/mutex.h"
#include "libs/common/rpc/async_call.h"
#include "services/gateway/app/ports.h"

namespace furnace::gateway {

/// A call at the front door: bytes in, bytes out. Thread-safe.
class FrontCall final : public furnace::rpc::CallBase {
 public:
  FrontCall();
  ~FrontCall() override;

  /// Calls open now, in the whole process.
  static int Open();

  grpc::ByteBuffer& request() { return request_; }
  grpc::ServerAsyncWriter<grpc::ByteBuffer>& writer() { return writer_; }

  /// Cancels `call` when the client is gone, which it may be already.
  void Follow(std::shared_ptr<OngoingCall> call) ABSL_LOCKS_EXCLUDED(mutex_);

  /// Sends a message and calls `on_written` when the next may be sent; not if the
  /// client is gone. One at a time.
  void Write(std::string message, absl::AnyInvocable<void()> on_written)
      ABSL_LOCKS_EXCLUDED(mutex_);
  /// Ends the call, with a last message where one is given. Once.
  void Finish(const absl::Status& status, std::optional<std::string> last = std::nullopt)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void OnDone(bool cancelled) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnWritten(bool ok);

  grpc::ByteBuffer request_;
  grpc::ServerAsyncWriter<grpc::ByteBuffer> writer_{&context_};
  absl::AnyInvocable<void()> on_written_;  // Of the write in flight.
  furnace::rpc::OpTag written_{[this](bool ok) { OnWritten(ok); }};
  furnace::rpc::OpTag finished_{[](bool) {}};

  Mutex mutex_;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;  // gRPC must not be called any more.
  std::shared_ptr<OngoingCall> followed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::gateway
