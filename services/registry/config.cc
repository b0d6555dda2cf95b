#include "services/registry/config.h"

namespace furnace::registry {

void Load(config::Env& env, Config* config) {
  env.Text("FURNACE_LISTEN", "host:port for gRPC", &config->listen);
  env.Text("FURNACE_METRICS_LISTEN", "host:port for /metrics and probes; empty turns it off",
           &config->metrics_listen);
  env.Text("FURNACE_LOG_LEVEL", "debug, info, warn, error or fatal", &config->log_level);
  env.Secret("FURNACE_INTERNAL_TOKEN", "what the suite's services know each other by",
             &config->internal_token);
  env.Secret("FURNACE_POSTGRES_DSN", "libpq connection string, key=value form",
             &config->postgres_dsn);
  env.Int("FURNACE_POSTGRES_CONNECTIONS", "most connections to PostgreSQL", 1, 1000,
          &config->postgres_connections);
  env.Text("FURNACE_OPERATOR_KEY", "API key to give role OPERATOR in project \"default\"",
           &config->operator_key);
  env.Duration("FURNACE_DRAIN_GRACE", "time for calls in flight at shutdown", absl::ZeroDuration(),
               absl::Minutes(10), &config->drain_grace);
}

}  // namespace furnace::registry
