#include "services/metering/config.h"

#include <cstdlib>

#include "libs/common/base/status.h"
#include "libs/common/base/webhook_signature.h"

namespace furnace::metering {

Config ReadConfig(config::Env& env) {
  Config config;
  env.Text("FURNACE_LISTEN", "host:port to serve gRPC on", &config.listen_address);
  env.Text("FURNACE_METRICS_LISTEN", "host:port for /metrics, /healthz and /readyz",
           &config.metrics_address);
  env.Text("FURNACE_LOG_LEVEL", "trace, debug, info, warn, error or fatal", &config.log_level);
  env.Secret("FURNACE_INTERNAL_TOKEN", "token the suite's services call each other with",
             &config.internal_token);
  env.RequiredText("FURNACE_POSTGRES_DSN", "libpq connection string, key=value form",
                   &config.postgres_dsn);
  env.Int("FURNACE_POSTGRES_CONNECTIONS", "most PostgreSQL connections", 1, 1'000,
          &config.postgres_connections);
  env.Duration("FURNACE_DRAIN_GRACE", "time calls in flight get at shutdown", absl::ZeroDuration(),
               absl::Hours(1), &config.drain_grace);
  env.Text("FURNACE_WEBHOOK_SECRET",
           "what projects' webhook secrets are made of, as the scheduler has it",
           &config.webhook_secret);
  env.Bool("FURNACE_WEBHOOK_PRIVATE", "send webhooks to private addresses, too",
           &config.allow_private_webhooks);
  config.sinks = ReadSinksConfig(env);
  config.invoices = ReadInvoicesConfig(env);
  config.credits = ReadCreditsConfig(env);
  config.webhook_secrets = SplitSecrets(config.webhook_secret);
  if (config.webhook_secrets.empty()) config.webhook_secrets = {config.internal_token};
  return config;
}

absl::StatusOr<Config> LoadConfig() {
  config::Env env([](const char* name) { return std::getenv(name); });
  Config config = ReadConfig(env);
  FURNACE_RETURN_IF_ERROR(env.Finish());
  return config;
}

}  // namespace furnace::metering
