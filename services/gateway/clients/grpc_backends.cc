#include "services/gateway/clients/grpc_backends.h"

#include <utility>

#include "libs/common/base/check.h"
#include "services/gateway/clients/forwarded_call.h"
#include "services/gateway/clients/forwarded_stream.h"

namespace furnace::gateway {
namespace {

// "/furnace.v1.JobService/Submit" -> "furnace.v1.JobService"
std::string_view ServiceOf(std::string_view method) {
  return method.substr(1, method.rfind('/') - 1);
}

}  // namespace

GrpcBackends::GrpcBackends(const Channels& channels, furnace::rpc::CompletionThreads& completions,
                           std::string internal_token)
    : completions_(completions), options_{std::move(internal_token), absl::InfiniteDuration()} {
  for (const auto& [service, channel] : channels) {
    stubs_.emplace(service, std::make_unique<grpc::GenericStub>(channel));
  }
}

grpc::GenericStub& GrpcBackends::StubOf(std::string_view method) {
  const auto found = stubs_.find(ServiceOf(method));
  // Callers take their methods from the same descriptors that main wires up.
  FURNACE_CHECK(found != stubs_.end());
  return *found->second;
}

std::shared_ptr<OngoingCall> GrpcBackends::Start(Call call, OnReply on_reply) {
  grpc::GenericStub& stub = StubOf(call.method);
  auto started = std::make_shared<ForwardedCall>(stub, completions_, options_, std::move(call),
                                                 std::move(on_reply));
  started->Start();
  return started;
}

std::shared_ptr<OngoingStream> GrpcBackends::Open(Call call) {
  grpc::GenericStub& stub = StubOf(call.method);
  return std::make_shared<ForwardedStream>(stub, completions_, options_, std::move(call));
}

}  // namespace furnace::gateway
