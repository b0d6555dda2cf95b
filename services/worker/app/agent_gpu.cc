// What the GPUs are said to do, and how much of their memory jobs use.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "services/worker/app/agent.h"

namespace furnace::worker {

void Agent::OnGpus(std::vector<GpuInfo> gpus) {
  for (const GpuInfo& gpu : gpus) {
    spdlog::info("GPU {}: {} with {} MiB", gpu.uuid, gpu.model, gpu.memory_mib);
  }
  gpus_ = std::move(gpus);
}

void Agent::OnGpuReadings(std::vector<GpuReading> readings) {
  for (const GpuReading& reading : readings) {
    const std::string problem = ProblemOf(reading);
    std::string& known = gpu_problems_[reading.uuid];
    if (problem != known && !problem.empty()) spdlog::error("GPU {}: {}", reading.uuid, problem);
    known = problem;
  }
  gpu_readings_ = std::move(readings);
  if (ports_.monitor != nullptr) ports_.monitor->OnGpuReadings(gpus_, gpu_readings_);
}

void Agent::OnHandlerMemory(std::int64_t used_mib) {
  if (ports_.monitor != nullptr) ports_.monitor->OnHandlerMemory(used_mib);
  std::vector<LeaseId> running = attempts_.In(AttemptState::kRunning);
  // What lies behind another job uses nothing.
  std::erase_if(running, [&](const LeaseId& lease) { return !attempts_.Find(lease)->has_begun(); });
  gpu_peaks_.Sampled(used_mib, running);
}

std::int64_t Agent::TakeGpuPeak(const LeaseId& lease) {
  const Attempt* attempt = attempts_.Find(lease);
  if (attempt == nullptr || attempt->state != AttemptState::kRunning) return 0;
  return gpu_peaks_.Take(lease);
}

}  // namespace furnace::worker
