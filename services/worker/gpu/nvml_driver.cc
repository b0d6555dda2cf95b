#include "services/worker/gpu/nvml_driver.h"

#include <algorithm>
#include <array>
#include <utility>

#include "libs/common/base/status.h"
#include "services/worker/domain/text.h"

namespace furnace::worker {
namespace {

using nvml::Code;
using nvml::Device;

constexpr int kMibShift = 20;
// Events that are taken in one go; more are left for the next.
constexpr int kEventsMax = 64;
// Cards in a machine.
constexpr unsigned kCardsMax = 64;

std::int64_t ToMib(std::uint64_t bytes) { return static_cast<std::int64_t>(bytes >> kMibShift); }

std::string TextOf(Code (*ask)(Device, char*, unsigned), Device device) {
  std::array<char, nvml::kTextBytes> text = {};
  if (ask(device, text.data(), text.size()) != nvml::kSuccess) return {};
  text.back() = '\0';
  return CleanUtf8(text.data(), text.size());
}

}  // namespace

absl::StatusOr<std::unique_ptr<GpuDriver>> NvmlDriver::Open(const std::string& library,
                                                            std::string_view visible) {
  FURNACE_ASSIGN_OR_RETURN(std::unique_ptr<nvml::Library> loaded, nvml::Library::Open(library));
  std::unique_ptr<NvmlDriver> driver(new NvmlDriver(std::move(loaded)));
  FURNACE_RETURN_IF_ERROR(driver->FindGpus(visible));
  driver->WatchErrors();
  return driver;
}

NvmlDriver::~NvmlDriver() {
  if (events_ != nullptr) library_->free_events(events_);
}

absl::Status NvmlDriver::FindGpus(std::string_view visible) {
  unsigned count = 0;
  library_->device_count(&count);
  std::vector<GpuInfo> infos;
  std::vector<Device> devices;
  for (unsigned i = 0; i < std::min(count, kCardsMax); ++i) {
    Device device = nullptr;
    if (library_->device_at(i, &device) != nvml::kSuccess) continue;
    nvml::Memory memory = {};
    library_->memory(device, &memory);
    infos.push_back({.uuid = TextOf(library_->uuid, device),
                     .model = TextOf(library_->name, device),
                     .memory_mib = ToMib(memory.total)});
    devices.push_back(device);
  }
  for (const std::size_t index : VisibleGpus(infos, visible)) {
    infos_.push_back(infos[index]);
    devices_.push_back(devices[index]);
  }
  xids_.resize(devices_.size());
  if (!devices_.empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kNotFound, "the driver has {} GPUs, none for this worker", count);
}

void NvmlDriver::WatchErrors() {
  if (library_->create_events(&events_) != nvml::kSuccess) {
    events_ = nullptr;
    return;
  }
  for (const Device device : devices_) {
    library_->register_events(device, nvml::kEventXid, events_);
  }
}

void NvmlDriver::TakeErrors() {
  nvml::EventData event = {};
  for (int i = 0; events_ != nullptr && i < kEventsMax; ++i) {
    if (library_->wait_event(events_, &event, 0) != nvml::kSuccess) return;
    const auto found = std::find(devices_.begin(), devices_.end(), event.device);
    if (found == devices_.end() || event.type != nvml::kEventXid) continue;
    xids_[static_cast<std::size_t>(found - devices_.begin())] = static_cast<int>(event.data);
  }
}

Code NvmlDriver::UsedMib(Device device, std::int64_t& mib) const {
  nvml::MemoryV2 exact = {};
  exact.version = nvml::kMemoryV2;
  if (library_->memory_v2 != nullptr && library_->memory_v2(device, &exact) == nvml::kSuccess) {
    mib = ToMib(exact.used);
    return nvml::kSuccess;
  }
  nvml::Memory memory = {};
  const Code code = library_->memory(device, &memory);
  if (code == nvml::kSuccess) mib = ToMib(memory.used);
  return code;
}

std::vector<GpuReading> NvmlDriver::Read() {
  TakeErrors();
  std::vector<GpuReading> readings;
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    const Device device = devices_[i];
    GpuReading reading;
    reading.uuid = infos_[i].uuid;
    reading.last_xid = xids_[i];
    reading.lost = UsedMib(device, reading.memory_used_mib) == nvml::kGpuIsLost;
    // Whatever a card does not have stays 0.
    nvml::Utilization utilization = {};
    unsigned celsius = 0;
    unsigned milliwatts = 0;
    std::uint64_t errors = 0;
    library_->utilization(device, &utilization);
    library_->temperature(device, nvml::kTemperatureOfGpu, &celsius);
    library_->power(device, &milliwatts);
    library_->ecc_errors(device, nvml::kErrorsUncorrected, nvml::kSinceDriverLoad, &errors);
    reading.utilization_percent = static_cast<int>(utilization.gpu);
    reading.temperature_celsius = static_cast<int>(celsius);
    reading.power_watts = static_cast<int>(milliwatts / 1000);
    reading.ecc_uncorrected = static_cast<std::int64_t>(errors);
    readings.push_back(std::move(reading));
  }
  return readings;
}

std::vector<GpuDriver::Usage> NvmlDriver::Usages() {
  std::vector<Usage> usages;
  std::array<nvml::ProcessInfo, kProcessesMax> infos = {};
  for (const Device device : devices_) {
    Usage& usage = usages.emplace_back();
    UsedMib(device, usage.used_mib);
    unsigned count = kProcessesMax;
    if (library_->processes == nullptr ||
        library_->processes(device, &count, infos.data()) != nvml::kSuccess) {
      continue;
    }
    usage.users.emplace();
    for (unsigned i = 0; i < std::min(count, kProcessesMax); ++i) {
      GpuUser& user = usage.users->emplace_back();
      user.pid = static_cast<pid_t>(infos[i].pid);
      if (infos[i].used_bytes != nvml::kNotAvailable) user.memory_mib = ToMib(infos[i].used_bytes);
    }
  }
  return usages;
}

}  // namespace furnace::worker
