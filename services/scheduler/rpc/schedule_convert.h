// Schedules between wire types and domain types.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "furnace/v1/schedule_service.pb.h"
#include "services/scheduler/domain/schedule.h"

namespace furnace::scheduler::rpc {

/// What a client chooses of a schedule. INVALID_ARGUMENT, or RESOURCE_EXHAUSTED for a long
/// input, names the field; name, expression and time zone are left to the domain.
absl::StatusOr<Schedule> FromProto(const v1::ScheduleSpec& spec, const std::string& api_key_id,
                                   absl::Time now);

/// A schedule as clients see it.
v1::Schedule ToProto(const Schedule& schedule);

}  // namespace furnace::scheduler::rpc
