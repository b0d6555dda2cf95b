#pragma once

#include <string>

#include "absl/time/time.h"
#include "libs/common/config/env.h"

namespace furnace::metering {

/// Who decides on subsidies.
struct CreditsConfig {
  std::string opa_url;  // Empty: the stored policies.
  std::string opa_token;
  absl::Duration opa_timeout = absl::Seconds(2);
};

/// Reads the variables; what is wrong with them is reported by `env`.
CreditsConfig ReadCreditsConfig(config::Env& env);

}  // namespace furnace::metering
