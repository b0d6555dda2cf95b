#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/worker/app/gpu_ports.h"
#include "services/worker/gpu/nvml_library.h"

namespace furnace::worker {

/// NVIDIA's driver, asked through its management library.
///
/// A card that is cut into MIG instances is reported as the one card it is.
class NvmlDriver final : public GpuDriver {
 public:
  /// `library` is a file name or path, `visible` what VisibleGpus takes. NOT_FOUND or
  /// FAILED_PRECONDITION when this machine has no GPU or none is visible.
  static absl::StatusOr<std::unique_ptr<GpuDriver>> Open(const std::string& library,
                                                         std::string_view visible);
  ~NvmlDriver() override;

  const std::vector<GpuInfo>& gpus() const override { return infos_; }
  std::vector<GpuReading> Read() override;
  std::vector<Usage> Usages() override;

  /// Processes that are looked at on one GPU.
  static constexpr unsigned kProcessesMax = 256;

 private:
  explicit NvmlDriver(std::unique_ptr<nvml::Library> library) : library_(std::move(library)) {}

  absl::Status FindGpus(std::string_view visible);
  void WatchErrors();
  // Notes the errors that the driver has reported meanwhile.
  void TakeErrors();
  nvml::Code UsedMib(nvml::Device device, std::int64_t& mib) const;

  const std::unique_ptr<nvml::Library> library_;
  std::vector<GpuInfo> infos_;
  // Of each GPU.
  std::vector<nvml::Device> devices_;
  std::vector<int> xids_;
  nvml::EventSet events_ = nullptr;
};

}  // namespace furnace::worker
