#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/invoice_desk.h"
#include "services/metering/app/invoice_ports.h"

namespace furnace::metering {

/// The end of the last month that ended `grace` before `now_us` or earlier.
std::int64_t LastClosable(std::int64_t now_us, absl::Duration grace);

/// Makes invoices final once their month has been over for a while. For one thread; of several
/// processes one does it at a time.
class InvoiceDuty {
 public:
  InvoiceDuty(InvoiceDesk& desk, InvoiceStore& store, absl::Duration grace, const Clock& clock)
      : desk_(desk), store_(store), grace_(grace), clock_(clock) {}

  /// All that is due. A project whose invoice fails is logged and left for the next run.
  void Run();

 private:
  void FinalizeDue();
  void FinalizeAll(const std::string& project_id, std::int64_t end_us);

  InvoiceDesk& desk_;
  InvoiceStore& store_;
  const absl::Duration grace_;
  const Clock& clock_;
};

}  // namespace furnace::metering
