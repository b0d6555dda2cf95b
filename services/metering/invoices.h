#pragma once

#include <vector>

#include "libs/common/base/clock.h"
#include "libs/common/postgres/pool.h"
#include "libs/common/rpc/call_context.h"
#include "libs/common/runtime/periodic.h"
#include "services/metering/app/adjuster.h"
#include "services/metering/app/invoice_desk.h"
#include "services/metering/app/invoice_duty.h"
#include "services/metering/app/invoice_maker.h"
#include "services/metering/invoices_config.h"
#include "services/metering/rpc/invoice_service.h"
#include "services/metering/storage/postgres/invoice_store.h"

namespace furnace::metering {

/// Invoices: their service, and a thread that makes them final. Destruction waits for the one
/// that is being made.
class Invoices {
 public:
  /// `adjusters` are asked in their order; `committer` makes what they said stand.
  Invoices(const InvoicesConfig& config, postgres::Pool& postgres, LedgerStore& ledger,
           std::vector<Adjuster*> adjusters, PeriodCommitter& committer,
           const furnace::rpc::Gate& gate, const Clock& clock);

  rpc::InvoiceService& service() { return service_; }
  ClosedPeriods& closed_periods() { return store_; }

 private:
  PostgresInvoiceStore store_;
  InvoiceMaker maker_;
  InvoiceDesk desk_;
  rpc::InvoiceHandlers handlers_;
  rpc::InvoiceService service_;
  InvoiceDuty duty_;
  runtime::Periodic thread_;
};

}  // namespace furnace::metering
