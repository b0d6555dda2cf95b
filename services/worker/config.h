#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/config/env.h"
#include "services/worker/domain/handler_environment.h"

namespace furnace::worker {

struct Config {
  std::string worker_id;
  std::string endpoint_id;
  std::string endpoint_revision = "0";
  std::string scheduler_address;
  std::string worker_token;
  std::string gpu_type = "cpu";
  int gpu_count = 1;
  int vram_mib = 0;
  std::string region;
  bool federated = false;
  std::string handler_dir;
  std::string handler_path;
  std::string handler_env_json = "{}";
  std::string handler_python_path;
  std::string spool_dir;
  std::string nvml_library = "libnvidia-ml.so.1";
  std::string visible_gpus = "all";
  int concurrency = 1;
  std::string started_us = "0";
  absl::Duration disconnect_limit = absl::Minutes(5);
  absl::Duration init_timeout = absl::Minutes(7);
  absl::Duration drain_grace = absl::Seconds(20);
  absl::Duration cancel_grace = absl::Seconds(5);
  std::string metrics_listen;
  std::string log_level = "info";

  // Derived by LoadConfig.
  std::int64_t revision = 0;
  absl::Time started;  // Now, when the driver did not say.
  Variables handler_env;
};

/// Declares the variables; for LoadConfig and for --help.
void ReadVariables(config::Env& env, Config& config);

/// The configuration in the environment. INVALID_ARGUMENT names every variable that
/// is missing or malformed.
absl::StatusOr<Config> LoadConfig(const config::Env::Lookup& lookup);

/// Wipes our secrets from the environment, /proc included, and closes /proc to
/// processes of our user: the handler is one.
void HideSecrets();

}  // namespace furnace::worker
