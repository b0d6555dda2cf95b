// The scheduler process: reads the configuration, builds each object out of the
// ones above it, serves until told to stop.
#include <spdlog/spdlog.h>
#include <sysexits.h>

#include <cstdlib>

#include "libs/common/config/env.h"
#include "libs/common/log/log.h"
#include "libs/common/runtime/signals.h"
#include "services/scheduler/config.h"
#include "services/scheduler/scheduler.h"

int main(int argc, char** argv) {
  namespace scheduler = furnace::scheduler;
  const furnace::runtime::ShutdownSignals signals;  // Before any thread.

  int exit_code = EX_OK;
  const auto describe = [](furnace::config::Env& env) {
    scheduler::Config defaults;
    scheduler::ReadConfig(env, defaults);
  };
  if (furnace::config::AnswerHelp(argc, argv, "furnace-scheduler",
                                  "the job queue, its workers and the fleet", describe,
                                  &exit_code)) {
    return exit_code;
  }

  scheduler::Config config;
  furnace::config::Env env([](const char* name) { return std::getenv(name); });
  scheduler::ReadConfig(env, config);
  absl::Status status = env.Finish();
  if (status.ok()) status = scheduler::FinishConfig(config);
  if (status.ok()) status = furnace::log::SetUp("furnace-scheduler", config.log_level);
  if (!status.ok()) {
    spdlog::critical("configuration: {}", status.ToString());
    return EX_CONFIG;
  }

  const auto running = scheduler::Scheduler::Start(config);
  if (!running.ok()) {
    spdlog::critical("startup: {}", running.status().ToString());
    return EX_UNAVAILABLE;
  }
  spdlog::info("scheduler listening on port {}", (*running)->port());

  spdlog::info("signal {}: draining", signals.Wait());
  (*running)->Stop();
  return EX_OK;
}
