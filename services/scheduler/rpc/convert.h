// Between wire types and domain types. Nothing else mentions both.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "furnace/v1/fleet_service.pb.h"
#include "furnace/v1/job.pb.h"
#include "furnace/v1/job_service.pb.h"
#include "furnace/v1/worker_service.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/scheduler/app/dispatcher.h"
#include "services/scheduler/app/fleet.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/domain/attempt.h"

namespace furnace::scheduler::rpc {

/// Writes `time`, to the microsecond.
void SetTime(absl::Time time, google::protobuf::Timestamp* proto);

/// A job as clients see it, with its output where the record has it.
v1::Job ToProto(JobRecord record);

/// An attempt as clients see it.
v1::Attempt ToProto(const Attempt& attempt);

/// Why a job waits, as clients see it.
v1::Waiting ToProto(const WaitReason& reason);

/// A job and those of its chunks that the record holds.
v1::WatchResponse ToWatchResponse(const JobRecord& record);

v1::Worker ToProto(const FleetWorker& worker);
v1::Gpu ToProto(const GpuPool& pool);

/// Who a worker says it is; INVALID_ARGUMENT names the field that is wrong.
absl::StatusOr<WorkerHello> FromProto(const v1::Hello& hello);
LeaseId FromProto(const v1::LeaseId& lease);
v1::LeaseId ToProto(const LeaseId& lease);

/// How an attempt ended, as a worker reports it: an output that is no JSON, or an
/// unknown cause, makes it a handler error, as does one above kMaxResultBytes. Text is cut to its
/// limit and rid of what no database takes.
Outcome OutcomeFrom(v1::Result& result);

/// For how long a worker had a job before a handler began it; below 0: none has,
/// InfiniteDuration.
absl::Duration WaitOf(std::int64_t waited_us);

/// What a worker says of itself, on one line.
std::string NoteFrom(v1::WorkerEvent& event);

/// INVALID_ARGUMENT unless `text` is a UUID; `field` is its name.
absl::Status CheckUuid(std::string_view field, std::string_view text);

/// INVALID_ARGUMENT unless the value is within [min, max].
absl::Status CheckRange(std::string_view field, std::int64_t value, std::int64_t min,
                        std::int64_t max);

/// INVALID_ARGUMENT unless `input` is one JSON value, RESOURCE_EXHAUSTED when it is
/// longer than `max_bytes`.
absl::Status CheckInput(std::string_view field, std::string_view input, std::size_t max_bytes);

}  // namespace furnace::scheduler::rpc
