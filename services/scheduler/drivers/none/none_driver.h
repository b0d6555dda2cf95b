#pragma once

#include <string>
#include <vector>

#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Starts nothing: workers come and go by themselves, as under Kubernetes with KEDA.
class NoneDriver final : public Driver {
 public:
  absl::StatusOr<std::string> Start(const Endpoint&) override {
    return absl::ResourceExhaustedError("this scheduler starts no workers");
  }
  void Kill(const std::string&) override {}
  std::vector<DriverWorker> List() override { return {}; }
  std::vector<GpuPool> Gpus() override { return {}; }
};

}  // namespace furnace::scheduler
