#include "services/metering/domain/invoice_audit.h"

#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "tests/support/metering_invoices.h"

namespace furnace::metering {
namespace {

TEST(InvoiceAuditTest, TheSameInvoiceHasNoDifference) {
  const Invoice invoice = AnInvoice(NewId());
  EXPECT_TRUE(CompareInvoices({}, invoice, invoice).empty());
}

TEST(InvoiceAuditTest, EveryChangedFieldIsFound) {
  const Invoice good = AnInvoice(NewId());
  const std::vector<std::function<void(Invoice&)>> changes = {
      [](Invoice& i) { i.lines[0].amount_nanos += 1; },
      [](Invoice& i) { i.lines[0].amount.value += 1; },
      [](Invoice& i) { i.lines[0].quantity += 1; },
      [](Invoice& i) { i.lines[0].price_nanos = std::nullopt; },
      [](Invoice& i) { i.lines[0].used.end_us += 1; },
      [](Invoice& i) { i.lines[3].reference = "policy-2"; },
      [](Invoice& i) { i.lines[3].description.clear(); },
      [](Invoice& i) { i.lines[1].section = LineSection::kLate; },
      [](Invoice& i) { i.lines.pop_back(); },
      [](Invoice& i) { i.lines.push_back(i.lines[0]); },
      [](Invoice& i) { std::swap(i.lines[0], i.lines[1]); },
      [](Invoice& i) { i.number = 2; },
      [](Invoice& i) { i.id = NewId(); },
      [](Invoice& i) { i.cut.open_from = 1; },
      [](Invoice& i) { i.cut.end_us += 1; },
      [](Invoice& i) { i.ledger_hash[0] ^= 1; },
      [](Invoice& i) { i.charges_nanos += 1; },
      [](Invoice& i) { i.adjustments_nanos += 1; },
      [](Invoice& i) { i.total_nanos += 1; },
      [](Invoice& i) { i.due_cents += 1; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Invoice bad = good;
    changes[i](bad);
    EXPECT_FALSE(CompareInvoices({}, bad, good).empty()) << "change " << i;
  }
}

TEST(InvoiceAuditTest, InvoicesGoOnFromOneAnother) {
  const std::string project = NewId();
  const Invoice first = AnInvoice(project);
  Invoice second = AnInvoice(project, 2);
  second.period = April();
  second.cut.end_us = April().end_us;
  EXPECT_TRUE(CompareInvoices(first, second, second).empty());
  Invoice gap = second;
  gap.period = May();
  gap.cut.end_us = May().end_us;
  EXPECT_FALSE(CompareInvoices(first, gap, gap).empty());
  Invoice back = second;
  back.cut.transaction = 6;
  EXPECT_FALSE(CompareInvoices(first, back, back).empty());
}

}  // namespace
}  // namespace furnace::metering
