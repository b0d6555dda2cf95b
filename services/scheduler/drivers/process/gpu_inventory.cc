#include "services/scheduler/drivers/process/gpu_inventory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

constexpr int kMaxGpus = 1024;
constexpr int kMaxVramMib = 1 << 20;

// Takes what stands before the next `separator` off `rest`.
std::string_view TakePart(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

bool ParseNumber(std::string_view text, int max, int* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size() && *number >= 0 && *number <= max;
}

}  // namespace

absl::StatusOr<std::vector<GpuPool>> ParseGpus(std::string_view text) {
  std::vector<GpuPool> pools;
  while (!text.empty()) {
    const std::string_view entry = TakePart(text, ',');
    std::string_view rest = entry;
    GpuPool pool;
    pool.gpu_type = TakePart(rest, '=');
    const std::string_view count = TakePart(rest, ':');
    const std::string_view vram = TakePart(rest, ':');
    pool.simulated = rest == "simulated";
    const bool valid = !pool.gpu_type.empty() && ParseNumber(count, kMaxGpus, &pool.total) &&
                       (vram.empty() || ParseNumber(vram, kMaxVramMib, &pool.vram_mib)) &&
                       (rest.empty() || pool.simulated);
    if (!valid) {
      return Error(absl::StatusCode::kInvalidArgument,
                   "'{}' is not of the form type=count[:vram_mib[:simulated]]", entry);
    }
    const bool repeated = std::any_of(pools.begin(), pools.end(), [&](const GpuPool& other) {
      return other.gpu_type == pool.gpu_type;
    });
    if (repeated) {
      return Error(absl::StatusCode::kInvalidArgument, "{} is listed twice", pool.gpu_type);
    }
    pool.available = pool.total;
    pools.push_back(std::move(pool));
  }
  return pools;
}

absl::StatusOr<GpuPool> ChooseGpu(const std::vector<GpuPool>& pools, const Endpoint& endpoint) {
  bool some_fit = false;
  for (const std::string& type : endpoint.gpu_types) {
    for (const GpuPool& pool : pools) {
      const bool fits = pool.gpu_type == type && pool.total >= endpoint.gpu_count &&
                        (pool.vram_mib == 0 || pool.vram_mib >= endpoint.vram_min_mib);
      if (fits && pool.available >= endpoint.gpu_count) return pool;
      some_fit = some_fit || fits;
    }
  }
  const auto code =
      some_fit ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kFailedPrecondition;
  return Error(code, "{} {} x {}", some_fit ? "no free" : "this machine has no", endpoint.gpu_count,
               fmt::join(endpoint.gpu_types, " or "));
}

}  // namespace furnace::scheduler
