#include "services/metering/app/invoice_maker.h"

#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

// Transactions whose records are in memory at a time.
constexpr int kReadAtOnce = 10;

}  // namespace

absl::StatusOr<MadeInvoice> InvoiceMaker::Make(const InvoiceOrder& order) {
  FURNACE_ASSIGN_OR_RETURN(const InvoiceCharges charges, Read(order));
  MadeInvoice made{.charges = charges.Charges()};
  FURNACE_ASSIGN_OR_RETURN(made.adjustments, Adjust(order, made.charges));
  Invoice& invoice = made.invoice;
  invoice = {.project_id = order.project_id,
             .period = order.period,
             .cut = charges.Cut(),
             .ledger_hash = order.last.hash,
             .lines = charges.Lines()};
  for (const Adjustment& adjustment : made.adjustments) {
    invoice.lines.push_back(LineOf(adjustment, order.period));
  }
  if (invoice.lines.size() > kMaxInvoiceLines) {
    return Error(absl::StatusCode::kResourceExhausted, "the invoice has more than {} lines",
                 kMaxInvoiceLines);
  }
  FURNACE_RETURN_IF_ERROR(Settle(invoice));
  return made;
}

absl::StatusOr<InvoiceCharges> InvoiceMaker::Read(const InvoiceOrder& order) {
  InvoiceCharges charges(order.period, order.before, order.last.number);
  std::int64_t after = order.before.open_from - 1;
  while (after < order.last.number) {
    if (clock_.Now() > order.deadline) {
      return absl::DeadlineExceededError("there is too much usage for the time that is left");
    }
    FURNACE_ASSIGN_OR_RETURN(const auto transactions,
                             ledger_.Transactions(order.project_id, after, kReadAtOnce));
    if (transactions.empty()) break;
    const std::int64_t last = std::min(transactions.back().transaction.number, order.last.number);
    FURNACE_ASSIGN_OR_RETURN(const std::vector<BookedBill> bills,
                             ledger_.BillsOf(order.project_id, after + 1, last));
    for (const BookedBill& booked : bills) {
      FURNACE_RETURN_IF_ERROR(charges.Take(booked.place.transaction, booked.bill));
    }
    for (const ChainedTransaction& chained : transactions) {
      FURNACE_RETURN_IF_ERROR(charges.Take(chained.transaction));
    }
    after = last;
  }
  return charges;
}

absl::StatusOr<std::vector<Adjustment>> InvoiceMaker::Adjust(const InvoiceOrder& order,
                                                             const std::vector<Charge>& charges) {
  std::vector<Adjustment> adjustments;
  for (Adjuster* const adjuster : adjusters_) {
    FURNACE_ASSIGN_OR_RETURN(const std::vector<Adjustment> more,
                             adjuster->Adjust({.project_id = order.project_id,
                                               .period = order.period,
                                               .charges = charges,
                                               .adjustments = adjustments}));
    adjustments.insert(adjustments.end(), more.begin(), more.end());
  }
  return adjustments;
}

}  // namespace furnace::metering
