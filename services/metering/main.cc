// The metering process: reads the configuration, builds each object out of the
// ones above it, serves until told to stop.
#include <spdlog/spdlog.h>
#include <sysexits.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <memory>
#include <string>

#include "libs/common/base/clock.h"
#include "libs/common/base/status.h"
#include "libs/common/log/log.h"
#include "libs/common/metrics/admin_server.h"
#include "libs/common/postgres/pool.h"
#include "libs/common/rpc/server.h"
#include "libs/common/runtime/signals.h"
#include "services/metering/app/ledger_reader.h"
#include "services/metering/app/sink_desk.h"
#include "services/metering/app/usage_reader.h"
#include "services/metering/app/usage_recorder.h"
#include "services/metering/budgets.h"
#include "services/metering/config.h"
#include "services/metering/credits.h"
#include "services/metering/invoices.h"
#include "services/metering/monitor.h"
#include "services/metering/prices.h"
#include "services/metering/reports.h"
#include "services/metering/rpc/handlers.h"
#include "services/metering/rpc/service.h"
#include "services/metering/rpc/sink_handlers.h"
#include "services/metering/rpc/sink_service.h"
#include "services/metering/rpc/throttle_service.h"
#include "services/metering/sink_monitor.h"
#include "services/metering/sinks.h"
#include "services/metering/storage/postgres/invoice_store.h"
#include "services/metering/storage/postgres/ledger_store.h"
#include "services/metering/storage/postgres/schema.h"
#include "services/metering/storage/postgres/sink_store.h"
#include "services/metering/storage/postgres/throttle_store.h"
#include "services/metering/storage/postgres/usage_store.h"

namespace {

namespace metering = furnace::metering;

// Who delivers to the sinks: the same after a restart, and nobody else at the same time.
std::string OwnerName(const metering::Config& config) {
  std::array<char, HOST_NAME_MAX + 1> host = {};
  gethostname(host.data(), host.size() - 1);
  return std::string(host.data()) + " " + config.listen_address;
}

absl::Status Serve(const metering::Config& config,
                   const furnace::runtime::ShutdownSignals& signals) {
  FURNACE_RETURN_IF_ERROR(metering::MigrateSchema(config.postgres_dsn));

  const furnace::SystemClock clock;
  furnace::postgres::Pool postgres(furnace::postgres::WithDeadlines(config.postgres_dsn),
                                   static_cast<std::size_t>(config.postgres_connections));
  FURNACE_RETURN_IF_ERROR(metering::OpenLedgers(postgres, absl::ToUnixMicros(clock.Now())));
  metering::PostgresUsageStore usage(postgres);
  metering::PostgresLedgerStore ledgers(postgres);
  metering::MetricsMonitor monitor;
  const furnace::rpc::Gate gate(config.internal_token);
  metering::PostgresInvoiceStore closed(postgres);
  metering::Prices prices(postgres, closed, gate, clock);
  metering::UsageRecorder recorder(usage, prices.store(), monitor, clock);
  metering::UsageReader reader(usage, prices.store(), clock);
  metering::LedgerReader ledger_reader(ledgers);
  metering::rpc::Handlers handlers(recorder, reader, ledger_reader);
  metering::rpc::MeteringService metering_service(gate, handlers);
  metering::rpc::UsageService usage_service(gate, handlers);
  metering::PostgresSinkStore sink_store(postgres);
  metering::MetricsSinkMonitor sink_monitor;
  metering::SinkDesk sink_desk(sink_store);
  metering::rpc::SinkHandlers sink_handlers(sink_desk, clock);
  metering::rpc::SinkService sink_service(gate, sink_handlers);
  metering::PostgresThrottleStore throttles(postgres);
  metering::rpc::ThrottleService throttle_service(gate, throttles);
  metering::Reports reports(gate, postgres, usage, prices.store(), clock);
  metering::Credits credits(config.credits, postgres, gate, clock, {&prices.adjuster()});
  std::vector<metering::Adjuster*> adjusters = {&prices.adjuster()};
  for (metering::Adjuster* const adjuster : credits.adjusters()) adjusters.push_back(adjuster);
  metering::Invoices invoices(config.invoices, postgres, ledgers, adjusters, credits.book(), gate,
                              clock);
  metering::Budgets budgets(config, postgres, prices.store(), gate, clock);

  FURNACE_ASSIGN_OR_RETURN(
      const auto server,
      furnace::rpc::Server::Start(
          {.address = config.listen_address},
          {&metering_service, &usage_service, &sink_service, &throttle_service,
           &prices.price_service(), &prices.correction_service(), &invoices.service(),
           credits.service(), &reports.service(), &budgets.service(), &budgets.source_service()}));
  std::unique_ptr<furnace::metrics::AdminServer> admin;
  if (!config.metrics_address.empty()) {
    FURNACE_ASSIGN_OR_RETURN(
        admin, furnace::metrics::AdminServer::Start(
                   config.metrics_address, [&] { return metering::IsReachable(postgres); }));
  }
  const metering::Sinks sinks(config.sinks, OwnerName(config), sink_store, throttles, sink_monitor,
                              clock);
  spdlog::info("metering listening on port {}", server->port());

  spdlog::info("signal {}: draining", signals.Wait());
  server->Drain(config.drain_grace);
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  const furnace::runtime::ShutdownSignals signals;  // Before any thread.

  int exit_code = EX_OK;
  if (furnace::config::AnswerHelp(
          argc, argv, "furnace-metering", "usage ledger and prices",
          [](furnace::config::Env& env) { metering::ReadConfig(env); }, &exit_code)) {
    return exit_code;
  }
  const auto config = metering::LoadConfig();
  if (!config.ok()) {
    spdlog::critical("configuration: {}", config.status().ToString());
    return EX_CONFIG;
  }
  if (const absl::Status status = furnace::log::SetUp("metering", config->log_level);
      !status.ok()) {
    spdlog::critical("configuration: FURNACE_LOG_LEVEL: {}", status.ToString());
    return EX_CONFIG;
  }
  if (const absl::Status status = Serve(*config, signals); !status.ok()) {
    spdlog::critical("startup: {}", status.ToString());
    return EX_UNAVAILABLE;
  }
  return EX_OK;
}
