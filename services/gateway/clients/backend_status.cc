#include "services/gateway/clients/backend_status.h"

#include "libs/common/base/status.h"
#include "libs/common/rpc/status_mapping.h"

namespace furnace::gateway {

absl::Status FromBackend(const grpc::Status& status) {
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE) return furnace::rpc::FromGrpc(status);
  return WithDetail(
      absl::UnavailableError("the service that answers this is not available; try again"),
      status.error_message());
}

grpc::Status ShuttingDown() {
  return {grpc::StatusCode::UNAVAILABLE, "the gateway is shutting down"};
}

}  // namespace furnace::gateway
