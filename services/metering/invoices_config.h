#pragma once

#include <string>

#include "absl/time/time.h"
#include "libs/common/config/env.h"

namespace furnace::metering {

/// When and in whose name invoices are made.
struct InvoicesConfig {
  std::string issuer = "Furnace";
  absl::Duration grace = absl::Hours(48);
  absl::Duration poll = absl::Minutes(10);
};

/// Reads the invoices' variables; what is wrong with them is reported by `env`.
InvoicesConfig ReadInvoicesConfig(config::Env& env);

}  // namespace furnace::metering
