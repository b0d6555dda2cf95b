#pragma once

#include <grpcpp/client_context.h>

#include "libs/common/rpc/client.h"
#include "services/gateway/app/ports.h"

namespace furnace::gateway {

/// Fills in `context` for `call`: its deadline, and in its metadata the internal
/// token and who calls.
void PrepareFor(const Call& call, const furnace::rpc::CallOptions& options,
                grpc::ClientContext& context);

}  // namespace furnace::gateway
