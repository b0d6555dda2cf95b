#pragma once

#include "furnace/v1/schedule_service.grpc.pb.h"
#include "libs/common/base/clock.h"
#include "libs/common/rpc/unary.h"
#include "services/scheduler/app/schedules.h"

namespace furnace::scheduler::rpc {

/// ScheduleService as plain functions; they block.
class ScheduleHandlers {
 public:
  ScheduleHandlers(Schedules& schedules, const Clock& clock)
      : schedules_(schedules), clock_(clock) {}

  absl::StatusOr<v1::CreateScheduleResponse> CreateSchedule(
      const furnace::rpc::CallContext& call, const v1::CreateScheduleRequest& request);
  absl::StatusOr<v1::GetScheduleResponse> GetSchedule(const furnace::rpc::CallContext& call,
                                                      const v1::GetScheduleRequest& request);
  absl::StatusOr<v1::ListSchedulesResponse> ListSchedules(const furnace::rpc::CallContext& call,
                                                          const v1::ListSchedulesRequest& request);
  absl::StatusOr<v1::UpdateScheduleResponse> UpdateSchedule(
      const furnace::rpc::CallContext& call, const v1::UpdateScheduleRequest& request);
  absl::StatusOr<v1::DeleteScheduleResponse> DeleteSchedule(
      const furnace::rpc::CallContext& call, const v1::DeleteScheduleRequest& request);
  absl::StatusOr<v1::PauseScheduleResponse> PauseSchedule(const furnace::rpc::CallContext& call,
                                                          const v1::PauseScheduleRequest& request);
  absl::StatusOr<v1::ResumeScheduleResponse> ResumeSchedule(
      const furnace::rpc::CallContext& call, const v1::ResumeScheduleRequest& request);

 private:
  Schedules& schedules_;
  const Clock& clock_;
};

/// The gRPC face of ScheduleHandlers.
class ScheduleService final : public v1::ScheduleService::Service {
 public:
  ScheduleService(const furnace::rpc::Gate& gate, ScheduleHandlers& handlers)
      : gate_(gate), handlers_(handlers) {}

  grpc::Status CreateSchedule(grpc::ServerContext* context,
                              const v1::CreateScheduleRequest* request,
                              v1::CreateScheduleResponse* response) override;
  grpc::Status GetSchedule(grpc::ServerContext* context, const v1::GetScheduleRequest* request,
                           v1::GetScheduleResponse* response) override;
  grpc::Status ListSchedules(grpc::ServerContext* context, const v1::ListSchedulesRequest* request,
                             v1::ListSchedulesResponse* response) override;
  grpc::Status UpdateSchedule(grpc::ServerContext* context,
                              const v1::UpdateScheduleRequest* request,
                              v1::UpdateScheduleResponse* response) override;
  grpc::Status DeleteSchedule(grpc::ServerContext* context,
                              const v1::DeleteScheduleRequest* request,
                              v1::DeleteScheduleResponse* response) override;
  grpc::Status PauseSchedule(grpc::ServerContext* context, const v1::PauseScheduleRequest* request,
                             v1::PauseScheduleResponse* response) override;
  grpc::Status ResumeSchedule(grpc::ServerContext* context,
                              const v1::ResumeScheduleRequest* request,
                              v1::ResumeScheduleResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  ScheduleHandlers& handlers_;
};

}  // namespace furnace::scheduler::rpc
