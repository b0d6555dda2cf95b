// The agent beside one handler: reads the configuration, builds each object out of
// the ones above it, runs until drained.
#include <spdlog/spdlog.h>
#include <sysexits.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <random>
#include <thread>
#include <utility>

#include "libs/common/config/env.h"
#include "libs/common/log/log.h"
#include "libs/common/metrics/admin_server.h"
#include "libs/common/rpc/client.h"
#include "libs/common/runtime/signals.h"
#include "services/worker/app/agent.h"
#include "services/worker/clients/scheduler/stream.h"
#include "services/worker/config.h"
#include "services/worker/gpu/gpu_monitor.h"
#include "services/worker/gpu/nvml_driver.h"
#include "services/worker/http/event_loop.h"
#include "services/worker/http/gate.h"
#include "services/worker/http/listener.h"
#include "services/worker/monitor.h"
#include "services/worker/process/handler_process.h"
#include "services/worker/setup.h"
#include "services/worker/spool/file_spool.h"

namespace furnace::worker {
namespace {

constexpr std::string_view kName = "furnace-worker";

// Drains `agent` on each SIGTERM or SIGINT until told to stop.
class SignalThread {
 public:
  SignalThread(const runtime::ShutdownSignals& signals, EventLoop& loop, Agent& agent)
      : thread_([&] {
          while (!stopping_) {
            signals.Wait();
            loop.Post([&agent] { agent.Drain(); });
          }
        }) {}
  ~SignalThread() {
    stopping_ = true;
    kill(getpid(), SIGTERM);  // Ends the wait.
    thread_.join();
  }

 private:
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

int Run(const Config& config, const runtime::ShutdownSignals& signals) {
  absl::StatusOr<std::vector<SpoolRecord>> left =
      FileSpool::Load(config.spool_dir, config.worker_id);
  if (!left.ok()) {
    spdlog::critical("startup: {}", left.status().ToString());
    return EX_UNAVAILABLE;
  }
  std::minstd_rand randomness(std::random_device{}());
  std::uniform_real_distribution<double> fraction(0, 1);
  int exit_code = EX_OK;
  std::string base_url;
  Gate gate;
  EventLoop loop;
  FileSpool spool(config.spool_dir, loop);
  SchedulerStream scheduler(rpc::Dial(config.scheduler_address), config.worker_token, loop);
  HandlerProcess handler([&] { return HandlerCommandFor(config, base_url, gate.Rotate()); },
                         config.worker_id, loop);
  MetricsMonitor monitor;
  GpuMonitor gpus([&] { return NvmlDriver::Open(config.nvml_library, config.visible_gpus); },
                  [&] { return handler.pid(); }, loop);
  Agent agent(AgentOptionsFrom(config),
              {loop, loop, scheduler, handler, spool, [&] { return fraction(randomness); },
               [&](Ending ending) {
                 exit_code = ExitCodeOf(ending);
                 loop.Stop();
               },
               config.nvml_library.empty() ? nullptr : &gpus, &monitor});
  const auto listener = Listener::Start(loop, agent, gate);
  if (!listener.ok()) {
    spdlog::critical("startup: {}", listener.status().ToString());
    return EX_UNAVAILABLE;
  }
  base_url = (*listener)->base_url();
  std::unique_ptr<metrics::AdminServer> admin;
  if (!config.metrics_listen.empty()) {
    auto started =
        metrics::AdminServer::Start(config.metrics_listen, [&] { return agent.ready(); });
    if (!started.ok()) {
      spdlog::critical("startup: {}", started.status().ToString());
      return EX_UNAVAILABLE;
    }
    admin = *std::move(started);
  }
  const SignalThread signal_thread(signals, loop, agent);
  loop.Post([&] { agent.Start(*std::move(left)); });
  loop.Run();
  spdlog::info("ended with status {}", exit_code);
  return exit_code;
}

}  // namespace
}  // namespace furnace::worker

int main(int argc, char** argv) {
  namespace worker = furnace::worker;
  const furnace::runtime::ShutdownSignals signals;  // Before any thread.
  int exit_code = EX_OK;
  const auto variables = [](furnace::config::Env& env) {
    worker::Config config;
    worker::ReadVariables(env, config);
  };
  if (furnace::config::AnswerHelp(argc, argv, worker::kName,
                                  "runs jobs of one endpoint beside their handler", variables,
                                  &exit_code)) {
    return exit_code;
  }
  absl::Status log_status = furnace::log::SetUp(worker::kName, "info");
  const auto config = worker::LoadConfig(std::getenv);
  if (!config.ok()) {
    spdlog::critical("configuration: {}", config.status().ToString());
    return EX_CONFIG;
  }
  worker::HideSecrets();
  log_status.Update(furnace::log::SetUp(worker::kName, config->log_level));
  if (!log_status.ok()) {
    spdlog::critical("configuration: {}", log_status.ToString());
    return EX_CONFIG;
  }
  return worker::Run(*config, signals);
}
