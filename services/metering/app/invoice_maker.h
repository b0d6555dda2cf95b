#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/adjuster.h"
#include "services/metering/app/ledger_ports.h"
#include "services/metering/domain/invoice.h"
#include "services/metering/domain/invoice_charges.h"

namespace furnace::metering {

/// What an invoice is made of.
struct InvoiceOrder {
  std::string project_id;
  Span period = {};
  InvoiceCut before = {};                        // What is before it belongs to other invoices.
  ChainHead last = {};                           // Nothing that is booked later belongs to it.
  absl::Time deadline = absl::InfiniteFuture();  // When nobody waits for it any more.
};

/// An invoice, and what its lines are made of.
struct MadeInvoice {
  Invoice invoice = {};
  std::vector<Charge> charges = {};
  std::vector<Adjustment> adjustments = {};  // Of all adjusters, in their order.
};

/// Makes invoices from the recorded usage: the same order gives the same lines, as long as the
/// adjusters do as they have to. Thread-safe.
class InvoiceMaker {
 public:
  /// `adjusters` are asked in this order and outlive this.
  InvoiceMaker(LedgerStore& ledger, std::vector<Adjuster*> adjusters, const Clock& clock)
      : ledger_(ledger), adjusters_(std::move(adjusters)), clock_(clock) {}

  /// A settled invoice; id, number, time and issuer are left to the caller.
  ///
  /// Errors: DEADLINE_EXCEEDED; OUT_OF_RANGE, an amount that does not fit; RESOURCE_EXHAUSTED, more
  /// than kMaxInvoiceLines lines; those of the store and of the adjusters.
  absl::StatusOr<MadeInvoice> Make(const InvoiceOrder& order);

 private:
  absl::StatusOr<InvoiceCharges> Read(const InvoiceOrder& order);
  absl::StatusOr<std::vector<Adjustment>> Adjust(const InvoiceOrder& order,
                                                 const std::vector<Charge>& charges);

  LedgerStore& ledger_;
  const std::vector<Adjuster*> adjusters_;
  const Clock& clock_;
};

/// Most lines of an invoice.
inline constexpr std::size_t kMaxInvoiceLines = 100'000;

}  // namespace furnace::metering
