#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace furnace::gateway {

/// How a backend's answer is passed on. The text of UNAVAILABLE is replaced, for it
/// is mostly gRPC's own and names addresses of the inside.
absl::Status FromBackend(const grpc::Status& status);

/// Of a call that was not made because the gateway itself is ending.
grpc::Status ShuttingDown();

}  // namespace furnace::gateway
