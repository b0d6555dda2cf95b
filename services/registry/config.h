#pragma once

#include <string>

#include "absl/time/time.h"
#include "libs/common/config/env.h"

namespace furnace::registry {

/// The registry's settings, with their defaults.
struct Config {
  std::string listen = "0.0.0.0:4212";
  std::string metrics_listen = "0.0.0.0:4215";  // Empty: none.
  std::string log_level = "info";
  std::string internal_token;
  std::string postgres_dsn;
  int postgres_connections = 16;
  std::string operator_key;  // Empty: none is made.
  absl::Duration drain_grace = absl::Seconds(20);
};

/// Reads `config` from the environment; env.Finish() then says what is wrong.
void Load(config::Env& env, Config* config);

}  // namespace furnace::registry
