#include "libs/common/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <utility>

#include "absl/time/clock.h"
#include "libs/common/base/status.h"
#include "libs/common/rpc/keepalive.h"
#include "libs/common/rpc/lock_checks.h"

namespace furnace::rpc {

absl::StatusOr<std::unique_ptr<Server>> Server::Start(
    const ServerOptions& options, const std::vector<grpc::Service*>& services,
    const std::vector<AsyncMethod*>& async_methods) {
  // Both are process-wide switches that the next builder picks up.
  SkipLockChecks();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();

  grpc::ServerBuilder builder;
  grpc::ResourceQuota quota("handlers");
  quota.SetMaxThreads(options.max_threads);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(options.max_receive_bytes);
  builder.SetMaxSendMessageSize(kMaxMessageBytes);
  AllowKeepalive(builder);
  // On Linux gRPC sets SO_REUSEPORT, and a second server on a taken port would
  // quietly share its traffic. Ours must fail instead.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  int port = 0;
  builder.AddListeningPort(options.address, grpc::InsecureServerCredentials(), &port);
  for (grpc::Service* service : services) builder.RegisterService(service);
  if (options.generic_service != nullptr) {
    builder.RegisterAsyncGenericService(options.generic_service);
  }
  std::unique_ptr<grpc::ServerCompletionQueue> queue = builder.AddCompletionQueue();

  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    if (server != nullptr) server->Shutdown();
    queue->Shutdown();
    return Error(absl::StatusCode::kUnavailable, "cannot listen on {}", options.address);
  }
  grpc::ServerCompletionQueue& calls = *queue;
  auto threads = std::make_unique<CompletionThreads>(std::move(queue), options.completion_threads);
  for (AsyncMethod* method : async_methods) method->Listen(calls, threads->gate());
  return std::unique_ptr<Server>(new Server(std::move(server), port, std::move(threads)));
}

Server::~Server() {
  if (async_ != nullptr) Drain(absl::ZeroDuration());
}

void Server::Drain(absl::Duration grace) {
  server_->GetHealthCheckService()->SetServingStatus(false);
  server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  async_.reset();
}

}  // namespace furnace::rpc
