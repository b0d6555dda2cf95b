#include "services/worker/gpu/nvml_library.h"

#include <dlfcn.h>

#include "libs/common/base/status.h"

namespace furnace::worker::nvml {

absl::StatusOr<std::unique_ptr<Library>> Library::Open(const std::string& name) {
  void* handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return Error(absl::StatusCode::kNotFound, "{}", dlerror());
  std::unique_ptr<Library> library(new Library(handle));
  FURNACE_RETURN_IF_ERROR(library->Resolve());
  if (const Code code = library->init_(); code != kSuccess) {
    return Error(absl::StatusCode::kFailedPrecondition, "{}: {}", name, library->explain_(code));
  }
  library->initialised_ = true;
  return library;
}

Library::~Library() {
  if (initialised_) shutdown_();
  dlclose(handle_);
}

template <typename Function>
bool Library::Find(const char* symbol, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(handle_, symbol));
  return function != nullptr;
}

absl::Status Library::Resolve() {
  const bool whole =
      Find("nvmlInit_v2", init_) && Find("nvmlShutdown", shutdown_) &&
      Find("nvmlErrorString", explain_) && Find("nvmlDeviceGetCount_v2", device_count) &&
      Find("nvmlDeviceGetHandleByIndex_v2", device_at) && Find("nvmlDeviceGetName", name) &&
      Find("nvmlDeviceGetUUID", uuid) && Find("nvmlDeviceGetMemoryInfo", memory) &&
      Find("nvmlDeviceGetUtilizationRates", utilization) &&
      Find("nvmlDeviceGetTemperature", temperature) && Find("nvmlDeviceGetPowerUsage", power) &&
      Find("nvmlDeviceGetTotalEccErrors", ecc_errors) &&
      Find("nvmlEventSetCreate", create_events) &&
      Find("nvmlDeviceRegisterEvents", register_events) && Find("nvmlEventSetFree", free_events) &&
      Find("nvmlEventSetWait_v2", wait_event);
  if (!whole) return absl::FailedPreconditionError(dlerror());
  Find("nvmlDeviceGetMemoryInfo_v2", memory_v2);
  // Both have the same layout; the one without a number has another.
  if (!Find("nvmlDeviceGetComputeRunningProcesses_v3", processes)) {
    Find("nvmlDeviceGetComputeRunningProcesses_v2", processes);
  }
  return absl::OkStatus();
}

}  // namespace furnace::worker::nvml
