#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>

#include <map>
#include <memory>
#include <string>

#include "libs/common/rpc/client.h"
#include "services/gateway/app/ports.h"

namespace furnace::gateway {

/// The services of the suite over gRPC, each method sent where its service lives.
/// Thread-safe.
class GrpcBackends final : public Backends {
 public:
  /// Who serves which service, by its full name ("furnace.v1.JobService").
  using Channels = std::map<std::string, std::shared_ptr<grpc::Channel>, std::less<>>;

  /// `queue` has threads that run its tags (rpc::CompletionThreads) and outlives
  /// this and all calls.
  GrpcBackends(const Channels& channels, grpc::CompletionQueue& queue, std::string internal_token);

  /// The service of `call.method` must be among the channels.
  std::shared_ptr<OngoingCall> Start(Call call, OnReply on_reply) override;
  std::shared_ptr<OngoingStream> Open(Call call) override;

 private:
  grpc::GenericStub& StubOf(std::string_view method);

  grpc::CompletionQueue& queue_;
  const furnace::rpc::CallOptions options_;
  std::map<std::string, std::unique_ptr<grpc::GenericStub>, std::less<>> stubs_;
};

}  // namespace furnace::gateway
