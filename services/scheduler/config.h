#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/common/config/env.h"
#include "libs/common/redis/connection.h"
#include "services/scheduler/domain/admission.h"
#include "services/scheduler/domain/fair_share.h"
#include "services/scheduler/domain/lifetime.h"
#include "services/scheduler/drivers/process/process_driver.h"

namespace furnace::scheduler {

struct Config {
  std::string listen = "0.0.0.0:4211";
  std::string metrics_listen = "0.0.0.0:4215";
  std::string log_level = "info";
  std::string internal_token;
  absl::Duration drain_grace = absl::Seconds(20);
  std::string postgres_dsn;
  int postgres_connections = 16;
  std::string redis_url = "redis://127.0.0.1:6379/0";
  std::string registry_address = "127.0.0.1:4212";
  std::string metering_address = "127.0.0.1:4213";
  std::string environment;
  int handler_threads = 256;
  int shards = 16;
  absl::Duration lease = absl::Seconds(15);
  absl::Duration usage_slice = kLifetimeSlice;
  // A queued job takes some 600 bytes of Redis besides its input: these leave a sixth of
  // 256 MiB to what runs and what has ended.
  AdmissionLimits admission = {.suite = {.jobs = 200'000, .bytes = 96 << 20},
                               .project = {.jobs = 100'000, .bytes = 48 << 20}};
  std::string webhook_secret;                // Empty: the internal token.
  std::vector<std::string> webhook_secrets;  // webhook_secret, parsed: the present one first.
  bool allow_private_webhooks = false;

  std::string driver = "none";
  std::string project_weights;
  FairnessPolicy fairness;
  std::string gpus;
  std::string region;
  bool federated = false;
  std::string image_roots;
  ProcessDriverOptions process;
  bool stop_workers_on_exit = false;

  redis::ServerAddress redis;  // redis_url, parsed.
};

/// Reads FURNACE_* variables into `config`; see Env.
void ReadConfig(config::Env& env, Config& config);

/// Checks and completes what ReadConfig has read. INVALID_ARGUMENT names the
/// variables.
absl::Status FinishConfig(Config& config);

}  // namespace furnace::scheduler
