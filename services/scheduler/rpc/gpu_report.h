// What workers say of their GPUs, between the wire and domain/gpu_report.h.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "furnace/v1/fleet_service.pb.h"
#include "furnace/v1/worker_service.pb.h"
#include "services/scheduler/app/fleet.h"
#include "services/scheduler/domain/gpu_report.h"

namespace furnace::scheduler::rpc {

/// INVALID_ARGUMENT names the field that is out of its bounds.
absl::StatusOr<std::vector<GpuInfo>> GpusOf(const v1::Hello& hello);

/// Never refused, for the message also renews leases: what is no GPU's is dropped, and
/// values are brought into their range.
std::vector<GpuReading> GpusOf(const v1::Heartbeat& heartbeat);

/// Shows them with the worker.
void SetGpus(const FleetWorker& worker, v1::Worker& proto);

}  // namespace furnace::scheduler::rpc
