#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/worker/gpu/nvml_abi.h"

namespace furnace::worker::nvml {

/// The library as it was found at run time, initialised. Functions that are marked so may
/// be missing (null) in an old driver; all others are there.
class Library {
 public:
  /// Loads `name`, a file name or path. NOT_FOUND when there is none, as on a machine
  /// without GPU; FAILED_PRECONDITION when it is not that library or says that it cannot
  /// work, as without its kernel module.
  static absl::StatusOr<std::unique_ptr<Library>> Open(const std::string& name);
  ~Library();

  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  Code (*device_count)(unsigned* count) = nullptr;
  Code (*device_at)(unsigned index, Device* device) = nullptr;
  Code (*name)(Device device, char* text, unsigned bytes) = nullptr;
  Code (*uuid)(Device device, char* text, unsigned bytes) = nullptr;
  Code (*memory)(Device device, Memory* memory) = nullptr;
  Code (*memory_v2)(Device device, MemoryV2* memory) = nullptr;  // May be missing.
  Code (*utilization)(Device device, Utilization* utilization) = nullptr;
  Code (*temperature)(Device device, int sensor, unsigned* celsius) = nullptr;
  Code (*power)(Device device, unsigned* milliwatts) = nullptr;
  Code (*ecc_errors)(Device device, int kind, int since, std::uint64_t* count) = nullptr;
  /// `count` is how many fit in `infos`, and then how many there are. May be missing.
  Code (*processes)(Device device, unsigned* count, ProcessInfo* infos) = nullptr;
  Code (*create_events)(EventSet* set) = nullptr;
  Code (*register_events)(Device device, std::uint64_t types, EventSet set) = nullptr;
  Code (*wait_event)(EventSet set, EventData* event, unsigned timeout_ms) = nullptr;
  Code (*free_events)(EventSet set) = nullptr;

 private:
  explicit Library(void* handle) : handle_(handle) {}

  absl::Status Resolve();
  template <typename Function>
  bool Find(const char* symbol, Function*& function);

  void* const handle_;
  const char* (*explain_)(Code code) = nullptr;
  Code (*init_)() = nullptr;
  Code (*shutdown_)() = nullptr;
  bool initialised_ = false;
};

}  // namespace furnace::worker::nvml
