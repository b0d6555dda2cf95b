#pragma once

#include <grpcpp/generic/generic_stub.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/mutex.h"
#include "libs/common/rpc/client.h"
#include "libs/common/rpc/completion.h"
#include "services/gateway/app/ports.h"

namespace furnace::gateway {

/// One unary call of raw bytes. It lives until it is answered, or longer if held.
class ForwardedCall final : public OngoingCall, public std::enable_shared_from_this<ForwardedCall> {
 public:
  ForwardedCall(grpc::GenericStub& stub, furnace::rpc::CompletionThreads& completions,
                const furnace::rpc::CallOptions& options, Call call, Backends::OnReply on_reply);

  void Start() ABSL_LOCKS_EXCLUDED(mutex_);
  void Cancel() override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  bool Send() ABSL_LOCKS_EXCLUDED(mutex_);
  void Finish() ABSL_LOCKS_EXCLUDED(mutex_);
  bool MayRetry() ABSL_LOCKS_EXCLUDED(mutex_);

  grpc::GenericStub& stub_;
  grpc::CompletionQueue& queue_;
  const std::shared_ptr<furnace::rpc::OpGate> gate_;
  const furnace::rpc::CallOptions& options_;
  const std::string method_;
  Call call_;
  const grpc::ByteBuffer request_;
  Backends::OnReply on_reply_;
  grpc::ByteBuffer response_;
  grpc::Status status_;
  furnace::rpc::OpTag finished_{[this](bool) { Finish(); }};

  Mutex mutex_;
  // A context serves one attempt, hence optional.
  std::optional<grpc::ClientContext> context_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader_ ABSL_GUARDED_BY(mutex_);
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace furnace::gateway
