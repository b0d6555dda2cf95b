#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/config/env.h"

namespace furnace::gateway {

/// The process's settings; what each means is in config.cc, where it is read.
struct Config {
  std::string http_listen = "0.0.0.0:4210";
  std::string listen = "0.0.0.0:4214";
  std::string metrics_listen = "0.0.0.0:4215";
  std::string log_level = "info";
  std::string internal_token;
  absl::Duration drain_grace = absl::Seconds(20);
  std::string scheduler_address;
  std::string registry_address;
  std::string metering_address;
  std::string public_url;
  std::string output_url_secret;
  absl::Duration output_url_ttl = absl::Hours(1);
  int threads = 2;
  int connections = 10'000;
};

/// Reads the settings into `config`; see Env for the errors.
void ReadConfig(config::Env& env, Config& config);

/// INVALID_ARGUMENT unless `url` is empty or what URLs can begin with.
absl::Status CheckPublicUrl(std::string_view url);

absl::StatusOr<Config> LoadConfig();

}  // namespace furnace::gateway
