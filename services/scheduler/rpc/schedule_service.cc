#include "services/scheduler/rpc/schedule_service.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "libs/common/base/status.h"
#include "services/scheduler/rpc/convert.h"
#include "services/scheduler/rpc/schedule_convert.h"

namespace furnace::scheduler::rpc {
namespace {

using furnace::rpc::RunUnary;

constexpr int kDefaultPageSize = 100;
constexpr int kMaxPageSize = 1000;

// The answer that all methods but the list share. What the domain says of the spec is
// about the field that the client knows as spec's.
template <typename Response>
absl::StatusOr<Response> Answer(const absl::StatusOr<Schedule>& schedule) {
  if (absl::IsInvalidArgument(schedule.status()) || absl::IsAlreadyExists(schedule.status())) {
    return Error(schedule.status().code(), "spec.{}", ToStd(schedule.status().message()));
  }
  FURNACE_RETURN_IF_ERROR(schedule.status());
  Response response;
  *response.mutable_schedule() = ToProto(*schedule);
  return response;
}

// Calls `act(id, project)` for the schedule that the request names.
template <typename Response, typename Request, typename Act>
absl::StatusOr<Response> ForOne(const furnace::rpc::CallContext& call, const Request& request,
                                Act act) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, furnace::rpc::ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("schedule_id", request.schedule_id()));
  return Answer<Response>(act(request.schedule_id(), project_id));
}

}  // namespace

absl::StatusOr<v1::CreateScheduleResponse> ScheduleHandlers::CreateSchedule(
    const furnace::rpc::CallContext& call, const v1::CreateScheduleRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, furnace::rpc::ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", request.endpoint_id()));
  FURNACE_ASSIGN_OR_RETURN(Schedule draft,
                           FromProto(request.spec(), furnace::rpc::ApiKeyOf(call), clock_.Now()));
  draft.project_id = project_id;
  draft.endpoint_id = request.endpoint_id();
  return Answer<v1::CreateScheduleResponse>(schedules_.Create(std::move(draft)));
}

absl::StatusOr<v1::GetScheduleResponse> ScheduleHandlers::GetSchedule(
    const furnace::rpc::CallContext& call, const v1::GetScheduleRequest& request) {
  return ForOne<v1::GetScheduleResponse>(call, request,
                                         std::bind_front(&Schedules::Get, &schedules_));
}

absl::StatusOr<v1::ListSchedulesResponse> ScheduleHandlers::ListSchedules(
    const furnace::rpc::CallContext& call, const v1::ListSchedulesRequest& request) {
  ScheduleFilter filter{.endpoint_id = request.endpoint_id(),
                        .project_id = {},
                        .after_id = request.page_token(),
                        .limit = request.page_size() == 0 ? kDefaultPageSize : request.page_size()};
  FURNACE_ASSIGN_OR_RETURN(filter.project_id, furnace::rpc::ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", filter.endpoint_id));
  if (!filter.after_id.empty()) FURNACE_RETURN_IF_ERROR(CheckUuid("page_token", filter.after_id));
  FURNACE_RETURN_IF_ERROR(CheckRange("page_size", filter.limit, 1, kMaxPageSize));
  ++filter.limit;  // Tells whether there are more.
  FURNACE_ASSIGN_OR_RETURN(std::vector<Schedule> schedules, schedules_.List(filter));
  v1::ListSchedulesResponse response;
  if (static_cast<int>(schedules.size()) == filter.limit) {
    schedules.pop_back();
    response.set_next_page_token(schedules.back().id);
  }
  for (const Schedule& schedule : schedules) *response.add_schedules() = ToProto(schedule);
  return response;
}

absl::StatusOr<v1::UpdateScheduleResponse> ScheduleHandlers::UpdateSchedule(
    const furnace::rpc::CallContext& call, const v1::UpdateScheduleRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, furnace::rpc::ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckUuid("schedule_id", request.schedule_id()));
  FURNACE_ASSIGN_OR_RETURN(Schedule draft,
                           FromProto(request.spec(), furnace::rpc::ApiKeyOf(call), clock_.Now()));
  draft.project_id = project_id;
  draft.id = request.schedule_id();
  return Answer<v1::UpdateScheduleResponse>(schedules_.Update(std::move(draft)));
}

absl::StatusOr<v1::DeleteScheduleResponse> ScheduleHandlers::DeleteSchedule(
    const furnace::rpc::CallContext& call, const v1::DeleteScheduleRequest& request) {
  return ForOne<v1::DeleteScheduleResponse>(call, request,
                                            std::bind_front(&Schedules::Delete, &schedules_));
}

absl::StatusOr<v1::PauseScheduleResponse> ScheduleHandlers::PauseSchedule(
    const furnace::rpc::CallContext& call, const v1::PauseScheduleRequest& request) {
  return ForOne<v1::PauseScheduleResponse>(call, request,
                                           std::bind_front(&Schedules::Pause, &schedules_));
}

absl::StatusOr<v1::ResumeScheduleResponse> ScheduleHandlers::ResumeSchedule(
    const furnace::rpc::CallContext& call, const v1::ResumeScheduleRequest& request) {
  return ForOne<v1::ResumeScheduleResponse>(call, request,
                                            std::bind_front(&Schedules::Resume, &schedules_));
}

grpc::Status ScheduleService::CreateSchedule(grpc::ServerContext* context,
                                             const v1::CreateScheduleRequest* request,
                                             v1::CreateScheduleResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&ScheduleHandlers::CreateSchedule, &handlers_));
}

grpc::Status ScheduleService::GetSchedule(grpc::ServerContext* context,
                                          const v1::GetScheduleRequest* request,
                                          v1::GetScheduleResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&ScheduleHandlers::GetSchedule, &handlers_));
}

grpc::Status ScheduleService::ListSchedules(grpc::ServerContext* context,
                                            const v1::ListSchedulesRequest* request,
                                            v1::ListSchedulesResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&ScheduleHandlers::ListSchedules, &handlers_));
}

grpc::Status ScheduleService::UpdateSchedule(grpc::ServerContext* context,
                                             const v1::UpdateScheduleRequest* request,
                                             v1::UpdateScheduleResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&ScheduleHandlers::UpdateSchedule, &handlers_));
}

grpc::Status ScheduleService::DeleteSchedule(grpc::ServerContext* context,
                                             const v1::DeleteScheduleRequest* request,
                                             v1::DeleteScheduleResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&ScheduleHandlers::DeleteSchedule, &handlers_));
}

grpc::Status ScheduleService::PauseSchedule(grpc::ServerContext* context,
                                            const v1::PauseScheduleRequest* request,
                                            v1::PauseScheduleResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&ScheduleHandlers::PauseSchedule, &handlers_));
}

grpc::Status ScheduleService::ResumeSchedule(grpc::ServerContext* context,
                                             const v1::ResumeScheduleRequest* request,
                                             v1::ResumeScheduleResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  std::bind_front(&ScheduleHandlers::ResumeSchedule, &handlers_));
}

}  // namespace furnace::scheduler::rpc
