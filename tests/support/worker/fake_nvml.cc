// A libnvidia-ml.so.1 without a driver or a GPU: it says what the file beside it says,
// "<its own path>.state", which a test may change at any time. A line each:
//
//   gpus <count>                  how many there are
//   used <gpu> <MiB>              memory in use
//   process <gpu> <pid> <MiB>     by a process; MiB "-": not known
//   xid <gpu> <code>              an error event, once as long as the line stands
//   ecc <gpu> <count>             uncorrected memory errors
//   lost <gpu>                    it has fallen off the bus
//   broken                        nvmlInit fails
#include <dlfcn.h>

#include <array>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "services/worker/gpu/nvml_abi.h"

namespace furnace::worker::nvml {
namespace {

constexpr Code kNotSupported = 3;
constexpr Code kDriverNotLoaded = 9;
constexpr Code kTimeout = 10;
constexpr std::uint64_t kMib = 1 << 20;
constexpr std::uint64_t kTotalMib = 143'771;

using Words = std::vector<std::string>;

// The lines of the state that begin with `name`, without it.
std::vector<Words> Lines(const std::string& name) {
  Dl_info info = {};
  static const int anchor = 0;
  dladdr(&anchor, &info);
  std::ifstream file(std::string(info.dli_fname) + ".state");
  std::vector<Words> lines;
  for (std::string line; std::getline(file, line);) {
    std::istringstream stream(line);
    std::string first;
    stream >> first;
    Words words;
    for (std::string word; stream >> word;) words.push_back(word);
    if (first == name) lines.push_back(words);
  }
  return lines;
}

// A device is its number plus one.
unsigned NumberOf(Device device) {
  return static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(device)) - 1;
}

Device DeviceOf(const std::string& number) {
  return reinterpret_cast<Device>(static_cast<std::uintptr_t>(std::stoul(number) + 1));
}

std::vector<Words> LinesOf(const std::string& name, Device device) {
  std::vector<Words> lines;
  for (Words& words : Lines(name)) {
    if (DeviceOf(words.at(0)) == device) lines.push_back(std::move(words));
  }
  return lines;
}

std::uint64_t Number(const std::string& name, Device device) {
  const std::vector<Words> lines = LinesOf(name, device);
  return lines.empty() ? 0 : std::stoull(lines.back().at(1));
}

Code Say(const std::string& text, char* out, unsigned bytes) {
  if (text.size() >= bytes) return kNotSupported;
  std::strcpy(out, text.c_str());
  return kSuccess;
}

std::set<Words>& SeenErrors() {
  static std::set<Words> seen;
  return seen;
}

}  // namespace

extern "C" {

Code nvmlInit_v2() { return Lines("broken").empty() ? kSuccess : kDriverNotLoaded; }
Code nvmlShutdown() { return kSuccess; }
const char* nvmlErrorString(Code code) {
  return code == kDriverNotLoaded ? "Driver Not Loaded" : "Unknown Error";
}
Code nvmlDeviceGetCount_v2(unsigned* count) {
  const std::vector<Words> lines = Lines("gpus");
  *count = lines.empty() ? 0 : static_cast<unsigned>(std::stoul(lines[0].at(0)));
  return kSuccess;
}
Code nvmlDeviceGetHandleByIndex_v2(unsigned index, Device* device) {
  *device = DeviceOf(std::to_string(index));
  return kSuccess;
}
Code nvmlDeviceGetName(Device, char* text, unsigned bytes) {
  return Say("NVIDIA H200", text, bytes);
}
Code nvmlDeviceGetUUID(Device device, char* text, unsigned bytes) {
  return Say("GPU-fake-" + std::to_string(NumberOf(device)), text, bytes);
}
Code nvmlDeviceGetMemoryInfo(Device device, Memory* memory) {
  if (!LinesOf("lost", device).empty()) return kGpuIsLost;
  const std::uint64_t used = Number("used", device) * kMib;
  *memory = {.total = kTotalMib * kMib, .free = kTotalMib * kMib - used, .used = used};
  return kSuccess;
}
Code nvmlDeviceGetUtilizationRates(Device, Utilization* utilization) {
  *utilization = {.gpu = 45, .memory = 12};
  return kSuccess;
}
Code nvmlDeviceGetTemperature(Device, int sensor, unsigned* celsius) {
  *celsius = 61;
  return sensor == kTemperatureOfGpu ? kSuccess : kNotSupported;
}
Code nvmlDeviceGetPowerUsage(Device, unsigned* milliwatts) {
  *milliwatts = 351'900;
  return kSuccess;
}
Code nvmlDeviceGetTotalEccErrors(Device device, int kind, int since, std::uint64_t* count) {
  if (kind != kErrorsUncorrected || since != kSinceDriverLoad) return kNotSupported;
  *count = Number("ecc", device);
  return kSuccess;
}
Code nvmlDeviceGetComputeRunningProcesses_v3(Device device, unsigned* count, ProcessInfo* infos) {
  const std::vector<Words> lines = LinesOf("process", device);
  for (unsigned i = 0; i < lines.size() && i < *count; ++i) {
    const std::string& mib = lines[i].at(2);
    infos[i] = {.pid = static_cast<unsigned>(std::stoul(lines[i].at(1))),
                .used_bytes = mib == "-" ? kNotAvailable : std::stoull(mib) * kMib,
                .gpu_instance = ~0U,
                .compute_instance = ~0U};
  }
  *count = static_cast<unsigned>(lines.size());
  return kSuccess;
}
Code nvmlEventSetCreate(EventSet* set) {
  static int only;
  *set = reinterpret_cast<EventSet>(&only);
  return kSuccess;
}
Code nvmlDeviceRegisterEvents(Device, std::uint64_t types, EventSet) {
  return types == kEventXid ? kSuccess : kNotSupported;
}
Code nvmlEventSetWait_v2(EventSet, EventData* event, unsigned) {
  for (const Words& words : Lines("xid")) {
    if (!SeenErrors().insert(words).second) continue;
    *event = {.device = DeviceOf(words.at(0)),
              .type = kEventXid,
              .data = std::stoull(words.at(1)),
              .gpu_instance = ~0U,
              .compute_instance = ~0U};
    return kSuccess;
  }
  return kTimeout;
}
Code nvmlEventSetFree(EventSet) { return kSuccess; }

}  // extern "C"

}  // namespace furnace::worker::nvml
