#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/config/env.h"
#include "services/metering/credits_config.h"
#include "services/metering/invoices_config.h"
#include "services/metering/sinks_config.h"

namespace furnace::metering {

/// The service's settings, as FURNACE_* environment variables give them.
struct Config {
  std::string listen_address = "0.0.0.0:4213";
  std::string metrics_address = "0.0.0.0:4215";  // Empty: off.
  std::string log_level = "info";
  std::string internal_token;
  std::string postgres_dsn;
  int postgres_connections = 16;
  absl::Duration drain_grace = absl::Seconds(20);
  SinksConfig sinks;
  InvoicesConfig invoices;
  CreditsConfig credits;
  std::string webhook_secret;                // Empty: the internal token.
  std::vector<std::string> webhook_secrets;  // Parsed: the present one first.
  bool allow_private_webhooks = false;
};

/// Reads every variable through `env`, whose Finish() tells whether all were good.
Config ReadConfig(config::Env& env);

/// The process's configuration. INVALID_ARGUMENT names every variable that is
/// missing or malformed, not only the first.
absl::StatusOr<Config> LoadConfig();

}  // namespace furnace::metering
