// The registry process: reads the configuration, builds each object out of the
// ones above it, serves until told to stop.
#include <spdlog/spdlog.h>
#include <sysexits.h>

#include <cstdlib>
#include <memory>

#include "libs/common/base/status.h"
#include "libs/common/log/log.h"
#include "libs/common/metrics/admin_server.h"
#include "libs/common/postgres/pool.h"
#include "libs/common/rpc/server.h"
#include "libs/common/runtime/signals.h"
#include "services/registry/app/bootstrap.h"
#include "services/registry/config.h"
#include "services/registry/rpc/catalog_service.h"
#include "services/registry/rpc/endpoint_service.h"
#include "services/registry/rpc/project_service.h"
#include "services/registry/storage/postgres/api_key_store.h"
#include "services/registry/storage/postgres/endpoint_store.h"
#include "services/registry/storage/postgres/project_store.h"
#include "services/registry/storage/postgres/schema.h"

namespace furnace::registry {
namespace {

/// Serves until a signal; an error when it cannot start.
absl::Status Serve(const Config& config, const runtime::ShutdownSignals& signals) {
  FURNACE_RETURN_IF_ERROR(MigrateSchema(config.postgres_dsn));

  const SystemClock clock;
  postgres::Pool pool(postgres::WithDeadlines(config.postgres_dsn),
                      static_cast<std::size_t>(config.postgres_connections));
  PostgresProjectStore project_store(pool);
  PostgresApiKeyStore key_store(pool);
  PostgresEndpointStore endpoint_store(pool);
  if (!config.operator_key.empty()) {
    FURNACE_RETURN_IF_ERROR(EnsureOperator(project_store, key_store, clock, config.operator_key));
  }

  Projects projects(project_store, clock);
  ApiKeys keys(key_store, clock);
  Endpoints endpoints(endpoint_store, clock);
  const furnace::rpc::Gate gate(config.internal_token);
  rpc::ProjectHandlers project_handlers(projects, keys);
  rpc::EndpointHandlers endpoint_handlers(endpoints);
  rpc::CatalogHandlers catalog_handlers(keys, endpoints, projects);
  rpc::ProjectService project_service(gate, project_handlers);
  rpc::EndpointService endpoint_service(gate, endpoint_handlers);
  rpc::CatalogService catalog_service(gate, catalog_handlers);

  FURNACE_ASSIGN_OR_RETURN(
      const std::unique_ptr<furnace::rpc::Server> server,
      furnace::rpc::Server::Start({.address = config.listen},
                                  {&project_service, &endpoint_service, &catalog_service}));
  std::unique_ptr<metrics::AdminServer> admin;
  if (!config.metrics_listen.empty()) {
    FURNACE_ASSIGN_OR_RETURN(admin, metrics::AdminServer::Start(config.metrics_listen, [&pool] {
                               return IsReachable(pool);
                             }));
  }
  spdlog::info("listening on port {}", server->port());

  spdlog::info("signal {}: draining", signals.Wait());
  server->Drain(config.drain_grace);
  return absl::OkStatus();
}

}  // namespace
}  // namespace furnace::registry

int main(int argc, char** argv) {
  namespace registry = furnace::registry;
  const furnace::runtime::ShutdownSignals signals;  // Before any thread.

  registry::Config config;
  int exit_code = EX_OK;
  if (furnace::config::AnswerHelp(
          argc, argv, "furnace-registry", "projects, API keys and endpoints",
          [&config](furnace::config::Env& env) { Load(env, &config); }, &exit_code)) {
    return exit_code;
  }
  furnace::config::Env env(std::getenv);
  Load(env, &config);
  absl::Status status = env.Finish();
  if (status.ok() && !config.operator_key.empty()) {
    status = furnace::Annotate(registry::ValidateOperatorSecret(config.operator_key),
                               "FURNACE_OPERATOR_KEY");
  }
  if (status.ok()) status = furnace::log::SetUp("registry", config.log_level);
  if (!status.ok()) {
    spdlog::critical("configuration: {}", furnace::ToStd(status.message()));
    return EX_CONFIG;
  }

  status = registry::Serve(config, signals);
  if (!status.ok()) {
    spdlog::critical("startup: {}", furnace::ToStd(status.message()));
    return EX_UNAVAILABLE;
  }
  return EX_OK;
}
