#include "services/metering/invoices_config.h"

namespace furnace::metering {

InvoicesConfig ReadInvoicesConfig(config::Env& env) {
  InvoicesConfig config;
  env.Text("FURNACE_INVOICE_ISSUER", "who invoices are from", &config.issuer);
  env.Duration("FURNACE_INVOICE_GRACE",
               "time after a month for usage that is reported late, before its invoice is final",
               absl::ZeroDuration(), absl::Hours(24 * 90), &config.grace);
  env.Duration("FURNACE_INVOICE_POLL", "how often invoices that are due are looked for",
               absl::Milliseconds(100), absl::Hours(24), &config.poll);
  return config;
}

}  // namespace furnace::metering
