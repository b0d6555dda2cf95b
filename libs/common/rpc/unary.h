// Runs a plain function as a unary RPC on a thread of gRPC's.
#pragma once

#include <utility>

#include "libs/common/log/log.h"
#include "libs/common/rpc/call_context.h"
#include "libs/common/rpc/status_mapping.h"

namespace furnace::rpc {

/// Admits the call, calls `handler(CallContext, request)`, which returns a
/// StatusOr<Response>, and maps the outcome.
template <typename Request, typename Response, typename Handler>
grpc::Status RunUnary(const Gate& gate, const grpc::ServerContext& context, const Request& request,
                      Response* response, Handler&& handler) {
  const absl::StatusOr<CallContext> call = gate.Admit(context);
  if (!call.ok()) return ToGrpc(call.status());
  const log::RequestScope scope(call->request_id);
  absl::StatusOr<Response> result = std::forward<Handler>(handler)(*call, request);
  if (!result.ok()) return ReportToGrpc(result.status(), Request::descriptor()->name());
  *response = *std::move(result);
  return grpc::Status::OK;
}

}  // namespace furnace::rpc
