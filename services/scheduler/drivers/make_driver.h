#pragma once

#include <memory>

#include "services/scheduler/app/driver_port.h"
#include "services/scheduler/config.h"

namespace furnace::scheduler {

/// The driver that the configuration names.
std::unique_ptr<Driver> MakeDriver(const Config& config);

}  // namespace furnace::scheduler
