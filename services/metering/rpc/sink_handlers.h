#pragma once

#include "absl/status/statusor.h"
#include "furnace/v1/sink_service.pb.h"
#include "libs/common/base/clock.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/app/sink_desk.h"

namespace furnace::metering::rpc {

/// SinkService as plain functions. All are for operators: PERMISSION_DENIED for others.
class SinkHandlers {
 public:
  SinkHandlers(SinkDesk& desk, const Clock& clock) : desk_(desk), clock_(clock) {}

  absl::StatusOr<v1::ListSinksResponse> ListSinks(const furnace::rpc::CallContext& call,
                                                  const v1::ListSinksRequest& request);
  absl::StatusOr<v1::ListPoisonedEventsResponse> ListPoisonedEvents(
      const furnace::rpc::CallContext& call, const v1::ListPoisonedEventsRequest& request);
  absl::StatusOr<v1::RedrivePoisonedEventsResponse> RedrivePoisonedEvents(
      const furnace::rpc::CallContext& call, const v1::RedrivePoisonedEventsRequest& request);
  absl::StatusOr<v1::SinkProject> SetSinkProject(const furnace::rpc::CallContext& call,
                                                 const v1::SetSinkProjectRequest& request);
  absl::StatusOr<v1::ListSinkProjectsResponse> ListSinkProjects(
      const furnace::rpc::CallContext& call, const v1::ListSinkProjectsRequest& request);

 private:
  SinkDesk& desk_;
  const Clock& clock_;
};

}  // namespace furnace::metering::rpc
