#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// The GPUs of this machine, as configuration lists them:
/// "type=count[:vram_mib[:simulated]]", comma separated, e.g.
/// "rtx4000=2:20480:simulated", each type once. INVALID_ARGUMENT names the part that
/// is wrong.
absl::StatusOr<std::vector<GpuPool>> ParseGpus(std::string_view text);

/// The first pool, in the endpoint's order of preference, with enough free GPUs of
/// enough memory. RESOURCE_EXHAUSTED when all that fit are taken,
/// FAILED_PRECONDITION when none would fit.
absl::StatusOr<GpuPool> ChooseGpu(const std::vector<GpuPool>& pools, const Endpoint& endpoint);

}  // namespace furnace::scheduler
