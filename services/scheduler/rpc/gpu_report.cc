#include "services/scheduler/rpc/gpu_report.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/text.h"
#include "services/scheduler/rpc/convert.h"

namespace furnace::scheduler::rpc {
namespace {

constexpr std::size_t kMaxNameBytes = 96;
constexpr std::size_t kMaxProblemBytes = 200;
constexpr std::int64_t kMaxMemoryMib = 1 << 20;
constexpr int kMaxPercent = 100;
constexpr int kMaxCelsius = 1000;
constexpr int kMaxWatts = 100'000;
constexpr int kMaxXid = 100'000;
constexpr std::int64_t kMaxErrors = std::int64_t{1} << 53;  // Exact in JSON, too.

bool IsUuid(std::string_view uuid) {
  constexpr std::string_view kCharacters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./-";
  return !uuid.empty() && uuid.size() <= kMaxNameBytes &&
         uuid.find_first_not_of(kCharacters) == std::string_view::npos;
}

bool IsControl(unsigned char c) { return c < 0x20 || c == 0x7f; }

GpuReading ReadingOf(const v1::GpuReading& proto) {
  std::string problem = CutUtf8(proto.problem(), kMaxProblemBytes);
  std::replace_if(problem.begin(), problem.end(), IsControl, ' ');
  return {.uuid = proto.uuid(),
          .memory_used_mib = std::clamp<std::int64_t>(proto.memory_used_mib(), 0, kMaxMemoryMib),
          .utilization_percent = std::clamp(proto.utilization_percent(), 0, kMaxPercent),
          .temperature_celsius = std::clamp(proto.temperature_celsius(), 0, kMaxCelsius),
          .power_watts = std::clamp(proto.power_watts(), 0, kMaxWatts),
          .last_xid = std::clamp(proto.last_xid(), 0, kMaxXid),
          .ecc_uncorrected = std::clamp<std::int64_t>(proto.ecc_uncorrected(), 0, kMaxErrors),
          .problem = std::move(problem)};
}

void Set(const GpuReading& reading, v1::GpuReading& proto) {
  proto.set_uuid(reading.uuid);
  proto.set_memory_used_mib(reading.memory_used_mib);
  proto.set_utilization_percent(reading.utilization_percent);
  proto.set_temperature_celsius(reading.temperature_celsius);
  proto.set_power_watts(reading.power_watts);
  proto.set_last_xid(reading.last_xid);
  proto.set_ecc_uncorrected(reading.ecc_uncorrected);
  proto.set_problem(reading.problem);
}

}  // namespace

absl::StatusOr<std::vector<GpuInfo>> GpusOf(const v1::Hello& hello) {
  FURNACE_RETURN_IF_ERROR(
      CheckRange("gpus", hello.gpus_size(), 0, static_cast<std::int64_t>(kMaxReportedGpus)));
  std::vector<GpuInfo> gpus;
  for (const v1::GpuInfo& gpu : hello.gpus()) {
    if (!IsUuid(gpu.uuid())) {
      return absl::InvalidArgumentError("gpus.uuid: not 1-96 characters of [A-Za-z0-9./-]");
    }
    if (gpu.model().size() > kMaxNameBytes ||
        std::any_of(gpu.model().begin(), gpu.model().end(), IsControl)) {
      return absl::InvalidArgumentError("gpus.model: more than 96 bytes, or control characters");
    }
    FURNACE_RETURN_IF_ERROR(CheckRange("gpus.memory_mib", gpu.memory_mib(), 0, kMaxMemoryMib));
    gpus.push_back({.model = gpu.model(), .uuid = gpu.uuid(), .memory_mib = gpu.memory_mib()});
  }
  return gpus;
}

std::vector<GpuReading> GpusOf(const v1::Heartbeat& heartbeat) {
  std::vector<GpuReading> readings;
  for (const v1::GpuReading& gpu : heartbeat.gpus()) {
    if (readings.size() >= kMaxReportedGpus) break;
    if (IsUuid(gpu.uuid())) readings.push_back(ReadingOf(gpu));
  }
  return readings;
}

void SetGpus(const FleetWorker& worker, v1::Worker& proto) {
  for (const GpuInfo& gpu : worker.gpus) {
    v1::GpuInfo& info = *proto.add_gpus();
    info.set_model(gpu.model);
    info.set_uuid(gpu.uuid);
    info.set_memory_mib(gpu.memory_mib);
  }
  for (const GpuReading& reading : worker.gpu_readings.gpus) {
    Set(reading, *proto.add_gpu_readings());
  }
  if (!worker.gpu_readings.gpus.empty()) {
    SetTime(worker.gpu_readings.at, proto.mutable_gpus_read_at());
  }
}

}  // namespace furnace::scheduler::rpc
