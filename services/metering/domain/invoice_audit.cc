#include "services/metering/domain/invoice_audit.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/metering/domain/invoice_quantity.h"
#include "services/metering/domain/month.h"

namespace furnace::metering {
namespace {

std::string Describe(const InvoiceLine& line) {
  return fmt::format(
      "{} {} of endpoint '{}' on '{}': {} at {}, {} ({} nano-dollars){}{}", NameOf(line.section),
      line.kind, line.endpoint_id, line.gpu_type, ToString(line.quantity),
      line.price_nanos ? std::to_string(*line.price_nanos) : "-", ExactDollarText(line.amount),
      line.amount_nanos, line.reference.empty() ? "" : ", by ", line.reference);
}

bool Has(const Invoice& invoice, const InvoiceLine& line) {
  return std::find(invoice.lines.begin(), invoice.lines.end(), line) != invoice.lines.end();
}

void CompareLines(const Invoice& stored, const Invoice& remade, std::vector<std::string>& found) {
  if (stored.lines == remade.lines) return;
  const std::size_t before = found.size();
  for (const InvoiceLine& line : stored.lines) {
    if (!Has(remade, line)) found.push_back("has a line too many: " + Describe(line));
  }
  for (const InvoiceLine& line : remade.lines) {
    if (!Has(stored, line)) found.push_back("lacks a line: " + Describe(line));
  }
  if (found.size() == before) found.emplace_back("has its lines in another order, or twice");
}

template <typename Value>
void CompareValue(const char* name, const Value& stored, const Value& wanted,
                  std::vector<std::string>& found) {
  if (stored != wanted) found.push_back(fmt::format("{} is {}, not {}", name, stored, wanted));
}

}  // namespace

std::vector<std::string> CompareInvoices(const Invoice& before, const Invoice& stored,
                                         const Invoice& remade) {
  std::vector<std::string> found;
  CompareLines(stored, remade, found);
  CompareValue("number", stored.number, before.number + 1, found);
  CompareValue("id", stored.id, InvoiceIdOf(stored.project_id, stored.number), found);
  if (before.number > 0) {
    CompareValue("start of the period", TimeText(stored.period.start_us),
                 TimeText(before.period.end_us), found);
  }
  CompareValue("end of the cut", stored.cut.end_us, stored.period.end_us, found);
  CompareValue("first open transaction", stored.cut.open_from, remade.cut.open_from, found);
  CompareValue("ledger hash", ledger::ToHex(stored.ledger_hash), ledger::ToHex(remade.ledger_hash),
               found);
  CompareValue("sum of charges", stored.charges_nanos, remade.charges_nanos, found);
  CompareValue("sum of adjustments", stored.adjustments_nanos, remade.adjustments_nanos, found);
  CompareValue("total", stored.total_nanos, remade.total_nanos, found);
  CompareValue("amount due", stored.due_cents, remade.due_cents, found);
  if (stored.cut.transaction < before.cut.transaction) {
    found.emplace_back("ends earlier in the ledger than the invoice before it");
  }
  return found;
}

}  // namespace furnace::metering
