#include "services/worker/domain/gpu.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace furnace::worker {
namespace {

// XID errors that a program causes, or that the driver has dealt with: 13 and 31 bad
// accesses, 43 and 45 a channel stopped or cleaned up, 63 a memory row replaced, 68 a video
// fault, 92 many errors that were corrected, 94 an error kept from other programs, 109 a
// context switch that took too long.
constexpr std::array kHarmlessXids = {13, 31, 43, 45, 63, 68, 92, 94, 109};

// What a GPU that nobody uses may show as used.
constexpr std::int64_t kIdleMib = 64;

std::int64_t HandlerMemoryMib(const GpuMemory& gpu) {
  const std::int64_t all = gpu.used_mib > kIdleMib ? gpu.used_mib : 0;
  if (!gpu.processes) return all;
  bool any_seen = false;
  std::int64_t sum = 0;
  for (const GpuProcess& process : *gpu.processes) {
    if (process.kin != GpuProcess::Kin::kUnknown) any_seen = true;
    if (process.kin != GpuProcess::Kin::kHandler) continue;
    if (!process.memory_mib) return all;
    sum += *process.memory_mib;
  }
  return any_seen ? sum : all;
}

// Which of `gpus` an entry names; their number when it names none.
std::size_t IndexOf(const std::vector<GpuInfo>& gpus, std::string_view entry) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(entry.data(), entry.data() + entry.size(), index);
  if (error == std::errc() && end == entry.data() + entry.size()) {
    return std::min(index, gpus.size());
  }
  const auto found = std::find_if(gpus.begin(), gpus.end(), [&](const GpuInfo& gpu) {
    return !entry.empty() && gpu.uuid.starts_with(entry);
  });
  return static_cast<std::size_t>(found - gpus.begin());
}

}  // namespace

std::string ProblemOf(const GpuReading& reading) {
  if (reading.lost) return "the driver does not reach it any more";
  const bool harmless = std::find(kHarmlessXids.begin(), kHarmlessXids.end(), reading.last_xid) !=
                        kHarmlessXids.end();
  if (reading.last_xid != 0 && !harmless) {
    return fmt::format("error XID {}", reading.last_xid);
  }
  if (reading.ecc_uncorrected > 0) {
    return fmt::format("{} uncorrected memory errors", reading.ecc_uncorrected);
  }
  return {};
}

std::int64_t HandlerMemoryMib(const std::vector<GpuMemory>& gpus) {
  std::int64_t sum = 0;
  for (const GpuMemory& gpu : gpus) sum += HandlerMemoryMib(gpu);
  return sum;
}

std::vector<std::size_t> VisibleGpus(const std::vector<GpuInfo>& gpus, std::string_view visible) {
  std::vector<std::size_t> indices;
  const bool all = visible == "all";
  for (std::size_t i = 0; all && i < std::min(gpus.size(), kGpusMax); ++i) indices.push_back(i);
  while (!all && indices.size() < kGpusMax) {
    const std::size_t end = visible.find(',');
    const std::size_t index = IndexOf(gpus, visible.substr(0, end));
    const bool again = std::find(indices.begin(), indices.end(), index) != indices.end();
    if (index >= gpus.size() || again) break;
    indices.push_back(index);
    if (end == std::string_view::npos) break;
    visible.remove_prefix(end + 1);
  }
  return indices;
}

}  // namespace furnace::worker
