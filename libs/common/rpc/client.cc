#include "libs/common/rpc/client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>

#include "absl/time/clock.h"
#include "libs/common/rpc/keepalive.h"
#include "libs/common/rpc/server.h"

namespace furnace::rpc {
namespace {

constexpr int kReconnectMinMs = 50;
constexpr int kReconnectMaxMs = 2'000;

}  // namespace

std::shared_ptr<grpc::Channel> Dial(const std::string& address) {
  grpc::ChannelArguments arguments;
  SendKeepalive(arguments);
  arguments.SetLoadBalancingPolicyName("round_robin");
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMinMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMinMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMaxMs);
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

void Prepare(grpc::ClientContext& context, const CallOptions& options) {
  context.set_deadline(absl::ToChronoTime(absl::Now() + options.timeout));
  context.AddMetadata(kTokenKey, options.internal_token);
}

void PrepareFor(grpc::ClientContext& context, const CallOptions& options,
                const CallContext& caller) {
  context.set_deadline(
      absl::ToChronoTime(std::min(absl::Now() + options.timeout, caller.deadline)));
  context.AddMetadata(kTokenKey, options.internal_token);
  context.AddMetadata(kProjectKey, caller.project_id);
  context.AddMetadata(kPrincipalKey, caller.principal);
  context.AddMetadata(kRoleKey, furnace::v1::Role_Name(caller.role));
  if (!caller.request_id.empty()) context.AddMetadata(kRequestIdKey, caller.request_id);
  if (!caller.traceparent.empty()) context.AddMetadata(kTraceparentKey, caller.traceparent);
}

}  // namespace furnace::rpc
