#include "services/scheduler/clients/metering_throttle_source.h"

#include "libs/common/base/status.h"
#include "libs/common/rpc/status_mapping.h"

namespace furnace::scheduler {

absl::StatusOr<std::vector<ThrottledProject>> MeteringThrottleSource::List() {
  grpc::ClientContext context;
  furnace::rpc::Prepare(context, options_);
  context.set_wait_for_ready(true);  // See MeteringUsageSink.
  internal::v1::ListThrottledProjectsResponse response;
  FURNACE_RETURN_IF_ERROR(
      furnace::rpc::FromGrpc(stub_->ListThrottledProjects(&context, {}, &response)));
  std::vector<ThrottledProject> projects;
  for (const internal::v1::ThrottledProject& project : response.projects()) {
    projects.push_back({.project_id = project.project_id(),
                        .reason = project.reason(),
                        .env_scope = project.env_scope()});
  }
  return projects;
}

}  // namespace furnace::scheduler
