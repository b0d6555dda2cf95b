#pragma once

#include <map>
#include <string>

#include "absl/time/time.h"
#include "libs/common/config/env.h"

namespace furnace::metering {

/// Where usage is sent besides the books. A sink whose address is empty is off.
struct SinksConfig {
  std::string waybill_url;
  std::string waybill_api_key;
  bool waybill_same_project_ids = false;
  absl::Duration throttle_poll = absl::Minutes(1);
  std::string lago_url;
  std::string lago_api_key;
  std::string cloudevents_url;
  std::string cloudevents_token;
  std::string cloudevents_source = "/furnace/metering";
  std::string archive_folder;
  int archive_file_mb = 64;
  std::string s3_url;
  std::string s3_region = "us-east-1";
  std::string s3_prefix = "furnace/";
  std::string s3_access_key;
  std::string s3_secret_key;
  std::string environment;
  std::map<std::string, int> gpu_memory_gb;  // By canonical GPU type.
};

/// Reads the sinks' variables; what is wrong with them is reported by `env`.
SinksConfig ReadSinksConfig(config::Env& env);

}  // namespace furnace::metering
