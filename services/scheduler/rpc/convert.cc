#include "services/scheduler/rpc/convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "libs/common/base/result_limit.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "libs/common/json/json.h"
#include "services/scheduler/domain/attribution.h"
#include "services/scheduler/domain/job_window.h"
#include "services/scheduler/domain/text.h"
#include "services/scheduler/rpc/affinity.h"
#include "services/scheduler/rpc/gpu_report.h"
#include "services/scheduler/rpc/window_convert.h"

namespace furnace::scheduler::rpc {
namespace {

constexpr std::size_t kMaxErrorBytes = 16 << 10;
constexpr std::size_t kMaxWorkerIdBytes = 63;
constexpr int kMaxGpus = 16;
constexpr int kMaxCredits = 1000;
constexpr int kMaxLeases = 1000;
constexpr std::int64_t kMaxColdStartMs = std::int64_t{24} * 3'600'000;
constexpr std::size_t kMaxGpuTypeBytes = 32;
constexpr std::int64_t kMaxGpuMemoryMib = std::int64_t{kMaxGpus} << 20;
constexpr std::int64_t kMaxTokens = 1'000'000'000'000;
constexpr std::size_t kMaxCheckBytes = 64;
constexpr std::size_t kMaxReasonBytes = 512;

void SetTimes(const Job& job, v1::Job& proto) {
  SetTime(job.queued_at, proto.mutable_queued_at());
  if (job.started_at) SetTime(*job.started_at, proto.mutable_started_at());
  if (job.completed_at) SetTime(*job.completed_at, proto.mutable_completed_at());
  if (job.not_before) SetTime(*job.not_before, proto.mutable_not_before());
  if (job.expires_at) SetTime(*job.expires_at, proto.mutable_expires_at());
  if (job.first_started_at) {
    proto.set_delay_ms(absl::ToInt64Milliseconds(*job.first_started_at - job.queued_at));
  }
  if (job.started_at && job.completed_at) {
    proto.set_execution_ms(absl::ToInt64Milliseconds(*job.completed_at - *job.started_at));
  }
}

void SetAttribution(std::string_view text, v1::Job& proto) {
  Attribution attribution = ParseAttribution(text);
  proto.set_api_key_id(std::move(attribution.api_key_id));
  proto.mutable_tags()->insert(attribution.tags.begin(), attribution.tags.end());
}

// Whether every character of a worker's id is one of its alphabet.
bool IsWorkerId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxWorkerIdBytes &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-';
         });
}

// Whether it can be the canonical name of a GPU type.
bool IsGpuType(std::string_view type) {
  return !type.empty() && type.size() <= kMaxGpuTypeBytes &&
         type.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string_view::npos;
}

Outcome HandlerError(std::string error) {
  return {.cause = FailureCause::kHandlerError, .output = {}, .error = std::move(error)};
}

}  // namespace

void SetTime(absl::Time time, google::protobuf::Timestamp* proto) {
  const std::int64_t micros = absl::ToUnixMicros(time);
  proto->set_seconds(micros / 1'000'000);
  proto->set_nanos(static_cast<std::int32_t>(micros % 1'000'000 * 1000));
}

v1::Job ToProto(JobRecord record) {
  Job& job = record.job;
  v1::Job proto;
  proto.set_id(job.id);
  proto.set_endpoint_id(job.endpoint_id);
  proto.set_project_id(job.project_id);
  proto.set_status(static_cast<v1::JobStatus>(job.status));
  if (job.output) proto.set_output(*std::move(job.output));
  if (job.input) proto.set_input(*std::move(job.input));
  if (IsFinal(job.status)) {
    proto.set_error(job.error);
    proto.set_cause(static_cast<v1::FailureCause>(job.cause));
  }
  proto.set_priority(job.priority);
  proto.set_attempt(job.attempt);
  proto.set_retry_count(job.retry_count);
  proto.set_worker_id(job.worker_id);
  proto.set_gpu_type(job.gpu_type);
  SetTimes(job, proto);
  proto.set_gpu_time_us(job.gpu_time_us);
  proto.set_cold_start_ms(absl::ToInt64Milliseconds(job.cold_start));
  if (job.gpu_memory_peak_mib > 0) proto.set_gpu_memory_peak_mib(job.gpu_memory_peak_mib);
  proto.set_progress(job.progress);
  if (job.progress_sequence > 0) proto.set_progress_sequence(job.progress_sequence);
  proto.set_concurrency_key(job.concurrency_key);
  proto.mutable_depends_on()->Assign(job.depends_on.begin(), job.depends_on.end());
  if (const std::string_view window = WindowOf(job.affinity); !window.empty()) {
    SetWindow(window, proto.mutable_window());
  }
  proto.set_batch_id(job.batch_id);
  proto.set_version(job.version);
  SetAffinity(job.affinity, proto);
  SetAttribution(job.attribution, proto);
  return proto;
}

v1::Attempt ToProto(const Attempt& attempt) {
  v1::Attempt proto;
  proto.set_attempt(attempt.number);
  proto.set_worker_id(attempt.worker_id);
  proto.set_gpu_type(attempt.gpu_type);
  SetTime(attempt.started_at, proto.mutable_started_at());
  if (attempt.ended_at) SetTime(*attempt.ended_at, proto.mutable_ended_at());
  proto.set_cause(static_cast<v1::FailureCause>(attempt.cause));
  proto.set_error(attempt.error);
  proto.set_billed_gpu_time_us(attempt.gpu_time_us);
  return proto;
}

v1::Waiting ToProto(const WaitReason& reason) {
  v1::Waiting proto;
  proto.set_constraint(static_cast<v1::WaitConstraint>(reason.constraint));
  proto.set_position(reason.position);
  proto.set_detail(reason.detail);
  if (reason.forecast) {
    SetTime(reason.forecast->p50, proto.mutable_predicted_start_p50());
    SetTime(reason.forecast->p90, proto.mutable_predicted_start_p90());
    const std::int64_t cost = reason.forecast->cost_nanos;
    if (cost > 0) proto.set_predicted_cost_nanos(cost);
  }
  return proto;
}

v1::WatchResponse ToWatchResponse(const JobRecord& record) {
  v1::WatchResponse response;
  *response.mutable_job() = ToProto(record);
  std::int64_t sequence = record.chunk_count - static_cast<std::int64_t>(record.chunks.size());
  for (const Chunk& chunk : record.chunks) {
    v1::Chunk& proto = *response.add_chunks();
    proto.set_sequence(++sequence);
    proto.set_output(chunk.body);
    if (chunk.attempt > 0) proto.set_attempt(chunk.attempt);
  }
  if (record.chunks_dropped > 0) response.set_dropped(record.chunks_dropped);
  return response;
}

v1::Worker ToProto(const FleetWorker& worker) {
  v1::Worker proto;
  proto.set_id(worker.id);
  proto.set_endpoint_id(worker.endpoint_id);
  switch (worker.state) {
    case WorkerState::kStarting: proto.set_status(v1::WORKER_STATUS_STARTING); break;
    case WorkerState::kIdle: proto.set_status(v1::WORKER_STATUS_IDLE); break;
    case WorkerState::kRunning: proto.set_status(v1::WORKER_STATUS_RUNNING); break;
    case WorkerState::kDraining: proto.set_status(v1::WORKER_STATUS_DRAINING); break;
  }
  proto.set_gpu_type(worker.gpu_type);
  proto.set_gpu_count(worker.gpu_count);
  proto.set_running_jobs(worker.jobs);
  SetTime(worker.started_at, proto.mutable_started_at());
  proto.set_cold_start_ms(absl::ToInt64Milliseconds(worker.cold_start));
  SetGpus(worker, proto);
  if (worker.note) {
    proto.set_last_event(worker.note->text);
    SetTime(worker.note->at, proto.mutable_last_event_at());
  }
  return proto;
}

v1::Gpu ToProto(const GpuPool& pool) {
  v1::Gpu proto;
  proto.set_gpu_type(pool.gpu_type);
  proto.set_vram_mib(pool.vram_mib);
  proto.set_total(pool.total);
  proto.set_available(pool.available);
  proto.set_simulated(pool.simulated);
  return proto;
}

LeaseId FromProto(const v1::LeaseId& lease) {
  return {.job_id = lease.job_id(), .epoch = lease.epoch()};
}

v1::LeaseId ToProto(const LeaseId& lease) {
  v1::LeaseId proto;
  proto.set_job_id(lease.job_id);
  proto.set_epoch(lease.epoch);
  return proto;
}

absl::StatusOr<WorkerHello> FromProto(const v1::Hello& hello) {
  if (!IsWorkerId(hello.worker_id())) {
    return absl::InvalidArgumentError("worker_id: not 1-63 characters of [A-Za-z0-9-]");
  }
  FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", hello.endpoint_id()));
  if (!IsGpuType(hello.gpu_type())) {
    return absl::InvalidArgumentError("gpu_type: not 1-32 characters of [a-z0-9.-]");
  }
  FURNACE_RETURN_IF_ERROR(CheckRange("gpu_count", hello.gpu_count(), 1, kMaxGpus));
  FURNACE_RETURN_IF_ERROR(CheckRange("cold_start_ms", hello.cold_start_ms(), 0, kMaxColdStartMs));
  FURNACE_RETURN_IF_ERROR(CheckRange("leases", hello.leases_size(), 0, kMaxLeases));
  FURNACE_RETURN_IF_ERROR(CheckRange("credits", hello.credits(), 0, kMaxCredits));
  WorkerHello domain;
  domain.worker = {.worker_id = hello.worker_id(),
                   .gpu_type = hello.gpu_type(),
                   .gpu_count = hello.gpu_count(),
                   .cold_start = absl::Milliseconds(hello.cold_start_ms())};
  FURNACE_ASSIGN_OR_RETURN(domain.traits, TraitsOf(hello));
  FURNACE_ASSIGN_OR_RETURN(domain.gpus, GpusOf(hello));
  domain.endpoint_id = hello.endpoint_id();
  domain.endpoint_revision = hello.endpoint_revision();
  domain.credits = hello.credits();
  for (const v1::LeaseId& lease : hello.leases()) {
    FURNACE_RETURN_IF_ERROR(CheckUuid("leases.job_id", lease.job_id()));
    domain.leases.push_back(FromProto(lease));
  }
  return domain;
}

namespace {

Outcome EndOf(v1::Result& result) {
  std::string error = CutUtf8(std::move(*result.mutable_error()), kMaxErrorBytes);
  std::replace(error.begin(), error.end(), '\0', ' ');
  if (result.cause() != v1::FAILURE_CAUSE_UNSPECIFIED) {
    const auto cause = FailureCauseFromNumber(result.cause());
    if (!cause.ok()) return HandlerError(std::move(error));
    return {.cause = *cause, .output = {}, .error = std::move(error)};
  }
  if (result.output().empty()) return {.output = "null"};
  if (result.output().size() > kMaxResultBytes) {
    return HandlerError(fmt::format("the result has {} bytes, more than the {} allowed",
                                    result.output().size(), kMaxResultBytes));
  }
  const absl::Status valid = json::Validate(result.output());
  if (!valid.ok()) return HandlerError("the result is " + std::string(valid.message()));
  return {.output = std::move(*result.mutable_output())};
}

}  // namespace

Outcome OutcomeFrom(v1::Result& result) {
  Outcome outcome = EndOf(result);
  outcome.gpu_memory_peak_mib =
      std::clamp(result.gpu_memory_peak_mib(), std::int64_t{0}, kMaxGpuMemoryMib);
  outcome.tokens = std::clamp(result.tokens(), std::int64_t{0}, kMaxTokens);
  outcome.waited = WaitOf(std::max(result.waited_us(), std::int64_t{0}));
  return outcome;
}

absl::Duration WaitOf(std::int64_t waited_us) {
  // Longer than any lease is old; the queue cuts it to that.
  constexpr absl::Duration kMaxWait = absl::Hours(24 * 365);
  if (waited_us < 0) return absl::InfiniteDuration();
  return std::min(absl::Microseconds(waited_us), kMaxWait);
}

std::string NoteFrom(v1::WorkerEvent& event) {
  std::string check = CutUtf8(std::move(*event.mutable_check()), kMaxCheckBytes);
  std::string reason = CutUtf8(std::move(*event.mutable_reason()), kMaxReasonBytes);
  std::string note = check.empty() ? std::move(reason) : check + ": " + reason;
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  std::replace_if(note.begin(), note.end(), is_control, ' ');
  return note;
}

absl::Status CheckUuid(std::string_view field, std::string_view text) {
  if (text.empty()) return Error(absl::StatusCode::kInvalidArgument, "{}: required", field);
  if (IsUuid(text)) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "{}: not a UUID", field);
}

absl::Status CheckRange(std::string_view field, std::int64_t value, std::int64_t min,
                        std::int64_t max) {
  if (value >= min && value <= max) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "{}: {} is not from {} to {}", field, value, min,
               max);
}

absl::Status CheckInput(std::string_view field, std::string_view input, std::size_t max_bytes) {
  if (input.empty()) return Error(absl::StatusCode::kInvalidArgument, "{}: required", field);
  if (input.size() > max_bytes) {
    return Error(absl::StatusCode::kResourceExhausted, "{}: {} bytes, more than {}", field,
                 input.size(), max_bytes);
  }
  return Annotate(json::Validate(input), field);
}

}  // namespace furnace::scheduler::rpc
