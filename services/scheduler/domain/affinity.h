#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace furnace::scheduler {

/// The queue that a job wanting one of `gpu_types` waits in: jobs that the same
/// workers can take share one. Types are canonical (registry does that), the order
/// of preference matters, and no types means any GPU: "*".
std::string AffinityClass(const std::vector<std::string>& gpu_types);

/// Whether a worker with `gpu_type` may take jobs of `affinity_class`. claim.lua
/// does the same.
bool Satisfies(std::string_view gpu_type, std::string_view affinity_class);

}  // namespace furnace::scheduler
