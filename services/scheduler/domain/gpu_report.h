// What workers say of their GPUs. For people; nothing is decided by it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace furnace::scheduler {

/// GPUs of one worker that are kept; more are dropped.
inline constexpr std::size_t kMaxReportedGpus = 16;

/// What does not change about a GPU. As furnace.v1.GpuInfo.
struct GpuInfo {
  std::string model;
  std::string uuid;
  std::int64_t memory_mib = 0;

  friend bool operator==(const GpuInfo&, const GpuInfo&) = default;
};

/// What it says at one moment. As furnace.v1.GpuReading.
struct GpuReading {
  std::string uuid;
  std::int64_t memory_used_mib = 0;
  int utilization_percent = 0;
  int temperature_celsius = 0;
  int power_watts = 0;
  int last_xid = 0;
  std::int64_t ecc_uncorrected = 0;
  std::string problem;  // Empty: it is well.

  friend bool operator==(const GpuReading&, const GpuReading&) = default;
};

/// What all GPUs of a worker said last.
struct GpuReadings {
  std::vector<GpuReading> gpus;
  absl::Time at = absl::InfinitePast();
};

}  // namespace furnace::scheduler
