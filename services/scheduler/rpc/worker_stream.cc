#include "services/scheduler/rpc/worker_stream.h"

#include <utility>

#include "services/scheduler/rpc/convert.h"

namespace furnace::scheduler::rpc {
namespace {

// Of inputs in one message, but for the last of them: all that a worker asks for at a time
// may be more than a message can hold.
constexpr std::size_t kAssignedBytes = std::size_t{1} << 20;

}  // namespace

bool StreamWorkerLink::Assign(std::vector<Assignment> jobs) {
  v1::ConnectResponse message;
  std::size_t bytes = 0;
  for (Assignment& job : jobs) {
    if (bytes >= kAssignedBytes) {
      if (!call_->Push(std::exchange(message, {}))) return false;
      bytes = 0;
    }
    bytes += job.input.size();
    v1::Assignment& proto = *message.mutable_assignments()->add_jobs();
    *proto.mutable_lease() = ToProto(job.lease);
    proto.set_input(std::move(job.input));
    proto.set_timeout_ms(absl::ToInt64Milliseconds(job.timeout));
    proto.set_s3_config(std::move(job.s3_config));
  }
  return call_->Push(std::move(message));
}

void StreamWorkerLink::Settled(const std::vector<LeaseId>& leases) {
  v1::ConnectResponse message;
  for (const LeaseId& lease : leases) *message.mutable_settled()->add_leases() = ToProto(lease);
  call_->Push(std::move(message));
}

void StreamWorkerLink::LeaseLost(const std::vector<LeaseId>& leases) {
  v1::ConnectResponse message;
  for (const LeaseId& lease : leases) *message.mutable_lease_lost()->add_leases() = ToProto(lease);
  call_->Push(std::move(message));
}

void StreamWorkerLink::ProgressStored(const LeaseId& lease, std::int64_t sequence) {
  v1::ConnectResponse message;
  *message.mutable_progress_stored()->mutable_lease() = ToProto(lease);
  message.mutable_progress_stored()->set_sequence(sequence);
  call_->Push(std::move(message));
}

void StreamWorkerLink::CancelJob(const LeaseId& lease) {
  v1::ConnectResponse message;
  *message.mutable_cancel_job()->mutable_lease() = ToProto(lease);
  call_->Push(std::move(message));
}

void StreamWorkerLink::Drain() {
  v1::ConnectResponse message;
  message.mutable_drain();
  call_->Push(std::move(message));
}

void StreamWorkerLink::Close() {
  closed_ = true;
  call_->Close({grpc::StatusCode::UNAVAILABLE, "connect again"});
}

}  // namespace furnace::scheduler::rpc
