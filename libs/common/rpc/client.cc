#include "libs/common/rpc/client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>

#include "absl/time/clock.h"
#include "libs/common/rpc/keepalive.h"
#include "libs/common/rpc/lock_checks.h"
#include "libs/common/rpc/server.h"

namespace furnace::rpc {
namespace {

constexpr int kReconnectMinMs = 50;
// gRPC 1.51 gives an attempt to connect as long as its "minimum backoff".
constexpr int kConnectTimeoutMs = 5'000;
constexpr int kReconnectMaxMs = 2'000;

// gRPC ends the process over a header value that is not printable ASCII, and some
// of ours come from outside (X-Request-ID). Such a value is left out.
void AddIfText(grpc::ClientContext& context, const char* key, const std::string& value) {
  const bool text =
      std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (text && !value.empty()) context.AddMetadata(key, value);
}

}  // namespace

std::shared_ptr<grpc::Channel> Dial(const std::string& address) {
  grpc::ChannelArguments arguments;
  SkipLockChecks();
  SendKeepalive(arguments);
  arguments.SetLoadBalancingPolicyName("round_robin");
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // A window that grows with the traffic is memory that a stream nobody reads may fill:
  // many MiB each. Whoever waits for a large message is sent it all the same.
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMinMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMaxMs);
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

void Prepare(grpc::ClientContext& context, const CallOptions& options) {
  context.set_deadline(absl::ToChronoTime(absl::Now() + options.timeout));
  AddIfText(context, kTokenKey, options.internal_token);
}

void PrepareFor(grpc::ClientContext& context, const CallOptions& options,
                const CallContext& caller) {
  context.set_deadline(
      absl::ToChronoTime(std::min(absl::Now() + options.timeout, caller.deadline)));
  AddIfText(context, kTokenKey, options.internal_token);
  AddIfText(context, kProjectKey, caller.project_id);
  AddIfText(context, kPrincipalKey, caller.principal);
  AddIfText(context, kRoleKey, furnace::v1::Role_Name(caller.role));
  AddIfText(context, kRequestIdKey, caller.request_id);
  AddIfText(context, kTraceparentKey, caller.traceparent);
}

}  // namespace furnace::rpc
