#include "services/worker/clients/scheduler/convert.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "libs/common/base/uuid.h"
#include "services/worker/app/unstored_progress.h"

namespace furnace::worker {
namespace {

using furnace::v1::ConnectRequest;
using furnace::v1::ConnectResponse;
using furnace::v1::FailureCause;

// Whatever a scheduler says: often enough to live, not so often as to be noise.
constexpr absl::Duration kHeartbeatMin = absl::Milliseconds(50);
constexpr absl::Duration kHeartbeatMax = absl::Minutes(1);

void Put(const LeaseId& lease, furnace::v1::LeaseId* out) {
  out->set_job_id(lease.job_id);
  out->set_epoch(lease.epoch);
}

template <typename Out>
void PutAll(const std::vector<LeaseId>& leases, Out* out) {
  for (const LeaseId& lease : leases) Put(lease, out->add_leases());
}

template <typename In>
std::vector<LeaseId> Leases(const In& in) {
  std::vector<LeaseId> leases;
  for (const furnace::v1::LeaseId& lease : in.leases()) leases.push_back(FromProto(lease));
  return leases;
}

FailureCause ToProto(Cause cause) {
  switch (cause) {
    case Cause::kNone: return furnace::v1::FAILURE_CAUSE_UNSPECIFIED;
    case Cause::kHandlerError: return furnace::v1::FAILURE_CAUSE_HANDLER_ERROR;
    case Cause::kHandlerExited: return furnace::v1::FAILURE_CAUSE_HANDLER_EXITED;
    case Cause::kTimeout: return furnace::v1::FAILURE_CAUSE_TIMEOUT;
  }
  return furnace::v1::FAILURE_CAUSE_UNSPECIFIED;
}

void Put(const Credit& credit, ConnectRequest& out) {
  out.mutable_credit()->set_count(credit.count);
}

void Put(const GpuReading& reading, furnace::v1::GpuReading& out) {
  out.set_uuid(reading.uuid);
  out.set_memory_used_mib(reading.memory_used_mib);
  out.set_utilization_percent(reading.utilization_percent);
  out.set_temperature_celsius(reading.temperature_celsius);
  out.set_power_watts(reading.power_watts);
  out.set_last_xid(reading.last_xid);
  out.set_ecc_uncorrected(reading.ecc_uncorrected);
  out.set_problem(ProblemOf(reading));
}

void Put(const Heartbeat& heartbeat, ConnectRequest& out) {
  PutAll(heartbeat.leases, out.mutable_heartbeat());
  for (const GpuReading& reading : heartbeat.gpus) {
    Put(reading, *out.mutable_heartbeat()->add_gpus());
  }
  for (const absl::Duration wait : heartbeat.waits) {
    const bool begun = wait != absl::InfiniteDuration();
    out.mutable_heartbeat()->add_waited_us(begun ? absl::ToInt64Microseconds(wait) : -1);
  }
}

void Put(const Result& result, ConnectRequest& out) {
  furnace::v1::Result& message = *out.mutable_result();
  Put(result.lease, message.mutable_lease());
  const std::string_view output = result.outcome.output.view();
  message.set_output(output.data(), output.size());
  message.set_cause(ToProto(result.outcome.cause));
  message.set_error(result.outcome.error);
  message.set_credits(result.credits);
  message.set_gpu_memory_peak_mib(result.outcome.gpu_memory_peak_mib);
  message.set_tokens(result.outcome.tokens);
  message.set_waited_us(absl::ToInt64Microseconds(result.outcome.waited));
}

void Put(const Progress& progress, ConnectRequest& out) {
  furnace::v1::Progress& message = *out.mutable_progress();
  Put(progress.lease, message.mutable_lease());
  if (progress.progress) message.set_progress(*progress.progress);
  for (const std::string& chunk : progress.chunks) message.add_chunks(chunk);
  message.set_sequence(progress.sequence);
  if (progress.stored > 0) message.set_stored(progress.stored);
}

void Put(const Draining&, ConnectRequest& out) { out.mutable_draining(); }

void Put(const Release& release, ConnectRequest& out) {
  PutAll(release.leases, out.mutable_release());
  out.mutable_release()->set_unbegun(release.unbegun);
}

void Put(const Event& event, ConnectRequest& out) {
  out.mutable_event()->set_check(event.check);
  out.mutable_event()->set_reason(event.reason);
}

std::vector<Assignment> Jobs(furnace::v1::Assignments& assignments) {
  std::vector<Assignment> jobs;
  for (furnace::v1::Assignment& job : *assignments.mutable_jobs()) {
    if (!IsUuid(job.lease().job_id())) continue;
    jobs.push_back({FromProto(job.lease()), std::move(*job.mutable_input()),
                    absl::Milliseconds(job.timeout_ms()), std::move(*job.mutable_s3_config())});
  }
  return jobs;
}

}  // namespace

ConnectRequest ToProto(const Hello& hello) {
  ConnectRequest request;
  furnace::v1::Hello& message = *request.mutable_hello();
  message.set_worker_id(hello.identity.worker_id);
  message.set_endpoint_id(hello.identity.endpoint_id);
  message.set_endpoint_revision(hello.identity.endpoint_revision);
  message.set_gpu_type(hello.identity.gpu_type);
  message.set_gpu_count(hello.identity.gpu_count);
  message.set_vram_mib(hello.identity.vram_mib);
  message.set_region(hello.identity.region);
  message.set_federated(hello.identity.federated);
  message.set_cold_start_ms(absl::ToInt64Milliseconds(hello.cold_start));
  message.set_version(hello.identity.version);
  PutAll(hello.leases, &message);
  message.set_credits(hello.credits);
  for (const GpuInfo& gpu : hello.gpus) {
    furnace::v1::GpuInfo& info = *message.add_gpus();
    info.set_model(gpu.model);
    info.set_uuid(gpu.uuid);
    info.set_memory_mib(gpu.memory_mib);
  }
  return request;
}

ConnectRequest ToProto(const Message& message) {
  ConnectRequest request;
  std::visit([&](const auto& each) { Put(each, request); }, message);
  return request;
}

std::size_t SizeOf(const Message& message) {
  if (const auto* progress = std::get_if<Progress>(&message)) {
    return UnstoredProgress::SizeOf(*progress);
  }
  const auto* result = std::get_if<Result>(&message);
  return result == nullptr ? 0 : result->outcome.output.size() + result->outcome.error.size();
}

LeaseId FromProto(const furnace::v1::LeaseId& lease) { return {lease.job_id(), lease.epoch()}; }

void Deliver(ConnectResponse response, SchedulerEvents& events) {
  switch (response.message_case()) {
    case ConnectResponse::kWelcome:
      events.OnWelcome(std::clamp(absl::Milliseconds(response.welcome().heartbeat_ms()),
                                  kHeartbeatMin, kHeartbeatMax));
      break;
    case ConnectResponse::kAssignments:
      events.OnAssignments(Jobs(*response.mutable_assignments()));
      break;
    case ConnectResponse::kSettled: events.OnSettled(Leases(response.settled())); break;
    case ConnectResponse::kLeaseLost: events.OnLeaseLost(Leases(response.lease_lost())); break;
    case ConnectResponse::kCancelJob:
      events.OnCancel(FromProto(response.cancel_job().lease()));
      break;
    case ConnectResponse::kDrain: events.OnDrain(); break;
    case ConnectResponse::kProgressStored:
      events.OnProgressStored(FromProto(response.progress_stored().lease()),
                              response.progress_stored().sequence());
      break;
    case ConnectResponse::MESSAGE_NOT_SET: break;
  }
}

}  // namespace furnace::worker
