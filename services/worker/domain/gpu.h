// What the agent knows of the GPUs beside it, and what it makes of that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace furnace::worker {

/// More are not looked at.
inline constexpr std::size_t kGpusMax = 16;

/// What does not change about a GPU.
struct GpuInfo {
  std::string uuid;   // As the driver has it: "GPU-<uuid>".
  std::string model;  // Likewise: "NVIDIA H200".
  std::int64_t memory_mib = 0;

  bool operator==(const GpuInfo&) const = default;
};

/// What a GPU says at one moment; 0 where it does not.
struct GpuReading {
  std::string uuid;
  std::int64_t memory_used_mib = 0;
  int utilization_percent = 0;
  int temperature_celsius = 0;
  int power_watts = 0;
  int last_xid = 0;                  // The driver's last error, since the agent's start.
  std::int64_t ecc_uncorrected = 0;  // Memory errors since the driver was loaded.
  bool lost = false;                 // The driver does not reach it any more.

  bool operator==(const GpuReading&) const = default;
};

/// A process that uses a GPU.
struct GpuProcess {
  enum class Kin {
    kHandler,  // Of the handler's process tree.
    kOther,
    kUnknown,  // Not one that we can see: of another process namespace.
  };
  Kin kin = Kin::kUnknown;
  std::optional<std::int64_t> memory_mib;  // None: the driver does not say.
};

/// Who uses a GPU's memory.
struct GpuMemory {
  std::int64_t used_mib = 0;
  std::optional<std::vector<GpuProcess>> processes;  // None: the driver does not say.
};

/// Why the GPU should do no more work; empty: it is well. An error that a program makes
/// by itself, such as a bad access, says nothing about the GPU it ran on.
std::string ProblemOf(const GpuReading& reading);

/// The memory in use by the handler, over all GPUs. Where the driver names its processes,
/// that is what they have; where it names none that we can see, as in a container, the
/// GPU is taken to be the handler's alone.
std::int64_t HandlerMemoryMib(const std::vector<GpuMemory>& gpus);

/// The indices of those of `gpus` that CUDA_VISIBLE_DEVICES leaves, in its order: "all",
/// or indices and UUIDs, which may be cut short, by commas. As CUDA does, it stops at the
/// first that names none. At most kGpusMax.
std::vector<std::size_t> VisibleGpus(const std::vector<GpuInfo>& gpus, std::string_view visible);

}  // namespace furnace::worker
