// The part of NVIDIA's management library that we use: its binary interface, which has
// been the same since driver 450, written down so that building needs no NVIDIA package.
#pragma once

#include <cstdint>

namespace furnace::worker::nvml {

/// 0 is success.
using Code = int;
inline constexpr Code kSuccess = 0;
inline constexpr Code kGpuIsLost = 15;

using Device = struct DeviceHandle*;
using EventSet = struct EventSetHandle*;

/// A name or UUID and its terminator never need more.
inline constexpr unsigned kTextBytes = 96;

inline constexpr int kTemperatureOfGpu = 0;
inline constexpr int kErrorsUncorrected = 1;
inline constexpr int kSinceDriverLoad = 0;
inline constexpr std::uint64_t kEventXid = 8;
/// A number that is not known.
inline constexpr std::uint64_t kNotAvailable = ~std::uint64_t{0};

/// Bytes. `used` includes what the driver keeps for itself.
struct Memory {
  std::uint64_t total;
  std::uint64_t free;
  std::uint64_t used;
};

/// Bytes. `used` is without `reserved`.
struct MemoryV2 {
  unsigned version;
  std::uint64_t total;
  std::uint64_t reserved;
  std::uint64_t free;
  std::uint64_t used;
};
inline constexpr unsigned kMemoryV2 = sizeof(MemoryV2) | 2U << 24;

/// Percent of the last sample period.
struct Utilization {
  unsigned gpu;
  unsigned memory;
};

struct ProcessInfo {
  unsigned pid;
  std::uint64_t used_bytes;  // Or kNotAvailable.
  unsigned gpu_instance;
  unsigned compute_instance;
};

struct EventData {
  Device device;
  std::uint64_t type;
  std::uint64_t data;  // Of kEventXid: the XID.
  unsigned gpu_instance;
  unsigned compute_instance;
};

}  // namespace furnace::worker::nvml
