#include "cli/dev/suite.h"

#include <fmt/format.h>

#include <string_view>

#include "cli/dev/probe.h"
#include "cli/dev/process_table.h"

namespace furnace::dev {
namespace {

// How long a service may finish what it does; its process gets a little longer.
constexpr char kDrainGrace[] = "3s";
constexpr absl::Duration kStopGrace = absl::Seconds(10);

std::string Loopback(int port) { return fmt::format("127.0.0.1:{}", port); }

// A service's variables, put together name by name.
class Environment {
 public:
  Environment(const Suite& suite, int port, int metrics_port) : variables_(suite.base_environment) {
    Set("FURNACE_LISTEN", Loopback(port));
    Set("FURNACE_METRICS_LISTEN", Loopback(metrics_port));
    Set("FURNACE_INTERNAL_TOKEN", suite.secrets.internal_token);
    Set("FURNACE_DRAIN_GRACE", kDrainGrace);
  }

  Environment& Set(std::string_view name, std::string_view value) {
    variables_.push_back(fmt::format("{}={}", name, value));
    return *this;
  }
  std::vector<std::string> variables() const { return variables_; }

 private:
  std::vector<std::string> variables_;
};

Service MakeService(const Suite& suite, const std::string& name, const Environment& environment,
                    int metrics_port) {
  Service service;
  service.name = name;
  service.command.program = suite.layout.binaries / ("furnace-" + name);
  service.command.environment = environment.variables();
  service.command.output = suite.layout.logs / (name + ".log");
  service.is_ready = [metrics_port] { return IsHttpReady(metrics_port); };
  service.stop_grace = kStopGrace;
  return service;
}

Service Registry(const Suite& suite) {
  Environment environment(suite, suite.ports.registry, suite.ports.registry_metrics);
  environment.Set("FURNACE_POSTGRES_DSN", PostgresDsn(suite))
      .Set("FURNACE_OPERATOR_KEY", suite.secrets.api_key);
  return MakeService(suite, "registry", environment, suite.ports.registry_metrics);
}

Service Metering(const Suite& suite) {
  Environment environment(suite, suite.ports.metering, suite.ports.metering_metrics);
  environment.Set("FURNACE_POSTGRES_DSN", PostgresDsn(suite))
      .Set("FURNACE_WEBHOOK_PRIVATE", "true")
      .Set("FURNACE_REGISTRY_ADDRESS", Loopback(suite.ports.registry));
  return MakeService(suite, "metering", environment, suite.ports.metering_metrics);
}

std::string JoinPaths(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::string> texts;
  texts.reserve(paths.size());
  for (const auto& path : paths) texts.push_back(path.string());
  return fmt::format("{}", fmt::join(texts, ":"));
}

Service Scheduler(const Suite& suite) {
  const Layout& layout = suite.layout;
  Environment environment(suite, suite.ports.scheduler, suite.ports.scheduler_metrics);
  environment.Set("FURNACE_POSTGRES_DSN", PostgresDsn(suite))
      .Set("FURNACE_REDIS_URL", RedisUrl(suite))
      .Set("FURNACE_REGISTRY_ADDRESS", Loopback(suite.ports.registry))
      .Set("FURNACE_METERING_ADDRESS", Loopback(suite.ports.metering))
      .Set("FURNACE_DRIVER", "process")
      .Set("FURNACE_WEBHOOK_PRIVATE", "true")
      .Set("FURNACE_PROCESS_GPUS", suite.gpus)
      .Set("FURNACE_PROCESS_WORKER_BINARY", (layout.binaries / "furnace-worker").string())
      .Set("FURNACE_PROCESS_IMAGE_ROOTS", JoinPaths(layout.image_roots))
      .Set("FURNACE_PROCESS_STATE_DIR", (layout.data / "workers").string())
      .Set("FURNACE_PROCESS_PYTHONPATH", layout.python_path.string())
      .Set("FURNACE_PROCESS_SCHEDULER_ADDRESS", Loopback(suite.ports.scheduler))
      .Set("FURNACE_PROCESS_STOP_ON_EXIT", "true");
  return MakeService(suite, "scheduler", environment, suite.ports.scheduler_metrics);
}

Service Gateway(const Suite& suite) {
  Environment environment(suite, suite.ports.gateway_grpc, suite.ports.gateway_metrics);
  environment.Set("FURNACE_HTTP_LISTEN", Loopback(suite.ports.gateway_http))
      .Set("FURNACE_REDIS_URL", RedisUrl(suite))
      .Set("FURNACE_REGISTRY_ADDRESS", Loopback(suite.ports.registry))
      .Set("FURNACE_SCHEDULER_ADDRESS", Loopback(suite.ports.scheduler))
      .Set("FURNACE_METERING_ADDRESS", Loopback(suite.ports.metering));
  return MakeService(suite, "gateway", environment, suite.ports.gateway_metrics);
}

}  // namespace

std::vector<std::string> BaseEnvironment(const char* const* environment,
                                         const std::filesystem::path& data) {
  std::vector<std::string> kept;
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry(*environment);
    if (!entry.starts_with("FURNACE_") || entry.starts_with("FURNACE_LOG_LEVEL=")) {
      kept.emplace_back(entry);
    }
  }
  kept.push_back(fmt::format("{}={}", kFolderVariable, data.string()));
  return kept;
}

std::string GatewayUrl(const Suite& suite) {
  return "http://" + Loopback(suite.ports.gateway_http);
}

std::string RedisUrl(const Suite& suite) {
  return fmt::format("redis://:{}@{}/0", suite.secrets.redis_password, Loopback(suite.ports.redis));
}

std::string PostgresDsn(const Suite& suite) {
  return fmt::format("host=127.0.0.1 port={} user=furnace password={} dbname=postgres",
                     suite.ports.postgres, suite.secrets.postgres_password);
}

std::vector<Service> ControlPlane(const Suite& suite) {
  return {Registry(suite), Metering(suite), Scheduler(suite), Gateway(suite)};
}

}  // namespace furnace::dev
