#pragma once

#include <grpcpp/generic/generic_stub.h>

#include <memory>

#include "libs/common/rpc/client.h"
#include "libs/common/rpc/completion.h"
#include "services/gateway/app/ports.h"

namespace furnace::gateway {

/// One server-streaming call of raw bytes. Messages are read from the network when
/// they are asked for, so a slow reader slows its sender down.
class ForwardedStream final : public OngoingStream {
 public:
  /// Starts the call.
  ForwardedStream(grpc::GenericStub& stub, furnace::rpc::CompletionThreads& completions,
                  const furnace::rpc::CallOptions& options, Call call);
  /// Cancels what is still going on.
  ~ForwardedStream() override;

  void Next(OnNext on_next) override;
  void Cancel() override;

 private:
  class State;
  const std::shared_ptr<State> state_;
};

}  // namespace furnace::gateway
