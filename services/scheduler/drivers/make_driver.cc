#include "services/scheduler/drivers/make_driver.h"

#include "services/scheduler/drivers/none/none_driver.h"
#include "services/scheduler/drivers/process/process_driver.h"

namespace furnace::scheduler {

std::unique_ptr<Driver> MakeDriver(const Config& config) {
  if (config.driver == "process") return std::make_unique<ProcessDriver>(config.process);
  return std::make_unique<NoneDriver>();
}

}  // namespace furnace::scheduler
