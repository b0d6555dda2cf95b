#include "services/metering/invoices.h"

#include <utility>

namespace furnace::metering {

Invoices::Invoices(const InvoicesConfig& config, postgres::Pool& postgres, LedgerStore& ledger,
                   std::vector<Adjuster*> adjusters, PeriodCommitter& committer,
                   const furnace::rpc::Gate& gate, const Clock& clock)
    : store_(postgres),
      maker_(ledger, std::move(adjusters), clock),
      desk_(ledger, store_, maker_, committer, config.issuer, clock),
      handlers_(desk_),
      service_(gate, handlers_),
      duty_(desk_, store_, config.grace, clock),
      thread_(config.poll, [this] { duty_.Run(); }) {}

}  // namespace furnace::metering
