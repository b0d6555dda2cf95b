// The gateway process: reads the configuration, builds each object out of the
// ones above it, serves until told to stop.
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sysexits.h>

#include <atomic>
#include <memory>

#include "libs/common/base/clock.h"
#include "libs/common/base/status.h"
#include "libs/common/log/log.h"
#include "libs/common/metrics/admin_server.h"
#include "libs/common/rpc/server.h"
#include "libs/common/runtime/signals.h"
#include "services/gateway/app/authenticator.h"
#include "services/gateway/app/endpoint_names.h"
#include "services/gateway/clients/channels.h"
#include "services/gateway/clients/grpc_backends.h"
#include "services/gateway/clients/registry_endpoints.h"
#include "services/gateway/clients/registry_keys.h"
#include "services/gateway/config.h"
#include "services/gateway/http/api.h"
#include "services/gateway/http/front.h"
#include "services/gateway/http/server.h"
#include "services/gateway/rpc/front_door.h"

namespace furnace::gateway {
namespace {

// Threads that carry answers of the services; they never block.
constexpr int kCompletionThreads = 2;

// Files besides clients' connections: those to other services, listeners, logs.
constexpr rlim_t kOtherFiles = 100;

// Each connection is a file, and the usual limit of 1,024 is soon reached.
void RaiseFileLimit(int connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= static_cast<rlim_t>(connections) + kOtherFiles) return;
  spdlog::warn(
      "{} open files are too few for {} connections: raise the hard limit (ulimit -Hn) "
      "or lower FURNACE_HTTP_CONNECTIONS",
      limit.rlim_cur, connections);
}

/// Serves until a signal; an error when it cannot start.
absl::Status Serve(const Config& config, const runtime::ShutdownSignals& signals) {
  const SystemClock clock;
  const Channels channels(config.scheduler_address, config.registry_address,
                          config.metering_address);
  auto completions = std::make_unique<furnace::rpc::CompletionThreads>(
      std::make_unique<grpc::CompletionQueue>(), kCompletionThreads);
  RegistryKeys keys(channels.registry(), *completions, config.internal_token);
  RegistryEndpoints registry_endpoints(channels.registry(), *completions, config.internal_token);
  GrpcBackends backends(channels.ByService(), *completions, config.internal_token);
  Authenticator authenticator(keys, clock, KeyCachePolicy{});

  std::atomic<bool> draining = false;
  EndpointNames endpoint_names(registry_endpoints, clock);
  http::Api api(backends, endpoint_names,
                {.secret = config.output_url_secret.empty() ? config.internal_token
                                                            : config.output_url_secret,
                 .public_url = config.public_url,
                 .ttl = config.output_url_ttl},
                [&draining] { return draining.load(); });
  FURNACE_RETURN_IF_ERROR(api.Build());
  http::Front front(api.router(), authenticator);
  FrontDoor front_door(authenticator, backends);

  http::Server::Options options{.address = config.http_listen, .threads = config.threads};
  options.limits.connections = static_cast<std::size_t>(config.connections);
  FURNACE_ASSIGN_OR_RETURN(const std::unique_ptr<http::Server> http_server,
                           http::Server::Start(options, front));
  FURNACE_ASSIGN_OR_RETURN(
      const std::unique_ptr<furnace::rpc::Server> grpc_server,
      furnace::rpc::Server::Start({.address = config.listen}, front_door.services(),
                                  front_door.methods()));
  std::unique_ptr<metrics::AdminServer> admin;
  if (!config.metrics_listen.empty()) {
    FURNACE_ASSIGN_OR_RETURN(
        admin, metrics::AdminServer::Start(config.metrics_listen, [&channels, &draining] {
          return !draining && channels.AreReady();
        }));
  }
  spdlog::info("listening on ports {} (HTTP) and {} (gRPC)", http_server->port(),
               grpc_server->port());

  spdlog::info("signal {}: draining", signals.Wait());
  draining = true;
  const absl::Time deadline = clock.Now() + config.drain_grace;
  http_server->BeginDrain();
  grpc_server->Drain(config.drain_grace);
  http_server->FinishDrain(deadline - clock.Now());
  // What is still under way ends before those whom it tells.
  api.Stop();
  completions.reset();
  return absl::OkStatus();
}

}  // namespace
}  // namespace furnace::gateway

int main(int argc, char** argv) {
  namespace gateway = furnace::gateway;
  const furnace::runtime::ShutdownSignals signals;  // Before any thread.

  int exit_code = EX_OK;
  gateway::Config defaults;
  if (furnace::config::AnswerHelp(
          argc, argv, "furnace-gateway", "REST, WebSocket and gRPC for clients",
          [&defaults](furnace::config::Env& env) { gateway::ReadConfig(env, defaults); },
          &exit_code)) {
    return exit_code;
  }
  const auto config = gateway::LoadConfig();
  if (!config.ok()) {
    spdlog::critical("configuration: {}", config.status().ToString());
    return EX_CONFIG;
  }
  if (const absl::Status status = furnace::log::SetUp("gateway", config->log_level); !status.ok()) {
    spdlog::critical("configuration: {}", status.ToString());
    return EX_CONFIG;
  }
  gateway::RaiseFileLimit(config->connections);
  if (const absl::Status status = gateway::Serve(*config, signals); !status.ok()) {
    spdlog::critical("startup: {}", status.ToString());
    return EX_UNAVAILABLE;
  }
  return EX_OK;
}
