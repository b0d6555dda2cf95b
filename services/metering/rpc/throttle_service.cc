#include "services/metering/rpc/throttle_service.h"

#include <vector>

#include "libs/common/base/status.h"
#include "libs/common/rpc/unary.h"

namespace furnace::metering::rpc {

absl::StatusOr<internal::v1::ListThrottledProjectsResponse> ListThrottledProjects(
    ThrottleStore& throttles, const furnace::rpc::CallContext& call) {
  if (!call.project_id.empty()) {
    return absl::PermissionDeniedError("throttles are for the suite, not for projects");
  }
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Throttle> list, throttles.List());
  internal::v1::ListThrottledProjectsResponse response;
  for (const Throttle& throttle : list) {
    internal::v1::ThrottledProject& project = *response.add_projects();
    project.set_project_id(throttle.project_id);
    project.set_reason(throttle.reason);
    project.set_env_scope(throttle.env_scope);
    project.mutable_since()->set_seconds(absl::ToUnixSeconds(throttle.since));
  }
  return response;
}

grpc::Status ThrottleService::ListThrottledProjects(
    grpc::ServerContext* context, const internal::v1::ListThrottledProjectsRequest* request,
    internal::v1::ListThrottledProjectsResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                [this](const furnace::rpc::CallContext& call,
                                       const internal::v1::ListThrottledProjectsRequest&) {
                                  return rpc::ListThrottledProjects(throttles_, call);
                                });
}

}  // namespace furnace::metering::rpc
