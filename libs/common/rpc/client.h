#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "libs/common/rpc/call_context.h"

namespace furnace::rpc {

/// A channel to another service of the suite: spread over all addresses of the
/// name, kept alive by pings, reconnecting within 2 seconds, no HTTP proxy.
std::shared_ptr<grpc::Channel> Dial(const std::string& address);

/// How the suite's services call each other.
struct CallOptions {
  std::string internal_token;
  absl::Duration timeout = absl::Seconds(5);
};

/// Sets deadline and token on `context`: a call of the suite itself.
void Prepare(grpc::ClientContext& context, const CallOptions& options);

/// As Prepare, on behalf of `caller`: passes on who it is and its request id, and
/// never outlasts its deadline.
void PrepareFor(grpc::ClientContext& context, const CallOptions& options,
                const CallContext& caller);

}  // namespace furnace::rpc
