#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <map>
#include <memory>
#include <string>

#include "libs/common/rpc/client.h"
#include "libs/common/rpc/completion.h"
#include "services/gateway/app/ports.h"

namespace furnace::gateway {

/// The services of the suite over gRPC, each method sent where its service lives.
/// Thread-safe.
class GrpcBackends final : public Backends {
 public:
  /// Who serves which service, by its full name ("furnace.v1.JobService").
  using Channels = std::map<std::string, std::shared_ptr<grpc::Channel>, std::less<>>;

  /// When `completions` end, calls under way fail with UNAVAILABLE; new ones must
  /// not be made.
  GrpcBackends(const Channels& channels, furnace::rpc::CompletionThreads& completions,
               std::string internal_token);

  /// The service of `call.method` must be among the channels.
  std::shared_ptr<OngoingCall> Start(Call call, OnReply on_reply) override;
  std::shared_ptr<OngoingStream> Open(Call call) override;

 private:
  grpc::GenericStub& StubOf(std::string_view method);

  furnace::rpc::CompletionThreads& completions_;
  const furnace::rpc::CallOptions options_;
  std::map<std::string, std::unique_ptr<grpc::GenericStub>, std::less<>> stubs_;
};

}  // namespace furnace::gateway
