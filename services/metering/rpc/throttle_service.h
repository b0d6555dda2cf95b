#pragma once

#include "furnace/internal/v1/throttle_service.grpc.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/app/throttle_watch.h"

namespace furnace::metering::rpc {

/// The throttled projects as a message. For the suite only: PERMISSION_DENIED on behalf of
/// a project.
absl::StatusOr<internal::v1::ListThrottledProjectsResponse> ListThrottledProjects(
    ThrottleStore& throttles, const furnace::rpc::CallContext& call);

/// The gRPC face of it.
class ThrottleService final : public internal::v1::ThrottleService::Service {
 public:
  ThrottleService(const furnace::rpc::Gate& gate, ThrottleStore& throttles)
      : gate_(gate), throttles_(throttles) {}

  grpc::Status ListThrottledProjects(
      grpc::ServerContext* context, const internal::v1::ListThrottledProjectsRequest* request,
      internal::v1::ListThrottledProjectsResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  ThrottleStore& throttles_;
};

}  // namespace furnace::metering::rpc
