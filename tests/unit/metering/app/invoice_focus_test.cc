#include "services/metering/app/invoice_focus.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "tests/support/metering_invoices.h"

namespace furnace::metering {
namespace {

using Row = std::map<std::string, std::string>;

// Cells of these invoices hold commas only inside quotes, and no quotes but doubled ones.
std::vector<std::string> CellsOf(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back().push_back(c);
    }
  }
  return cells;
}

std::vector<Row> RowsOf(const Invoice& invoice) {
  const std::vector<std::string> lines = absl::StrSplit(InvoiceFocus(invoice), "\r\n");
  const std::vector<std::string> names = CellsOf(lines[0]);
  std::vector<Row> rows;
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    const std::vector<std::string> cells = CellsOf(lines[i]);
    EXPECT_EQ(cells.size(), names.size());
    Row& row = rows.emplace_back();
    for (std::size_t j = 0; j < names.size() && j < cells.size(); ++j) row[names[j]] = cells[j];
  }
  return rows;
}

TEST(InvoiceFocusTest, UsageHasQuantityAndPrice) {
  const Invoice invoice = AnInvoice(NewId());
  const std::vector<Row> rows = RowsOf(invoice);
  ASSERT_EQ(rows.size(), 4);
  const Row& row = rows[0];
  const Row expected = {{"BilledCost", "0.324"},
                        {"EffectiveCost", "0.324"},
                        {"ListCost", "0.324"},
                        {"ContractedCost", "0.324"},
                        {"BillingAccountId", invoice.project_id},
                        {"SubAccountId", invoice.project_id},
                        {"BillingCurrency", "USD"},
                        {"BillingPeriodStart", "2026-03-01T00:00:00Z"},
                        {"BillingPeriodEnd", "2026-04-01T00:00:00Z"},
                        {"ChargePeriodStart", "2026-03-01T10:00:00Z"},
                        {"ChargePeriodEnd", "2026-03-01T12:00:00Z"},
                        {"ChargeCategory", "Usage"},
                        {"ChargeClass", ""},
                        {"ChargeFrequency", "Usage-Based"},
                        {"ChargeDescription", "gpu_time on rtx4000 at 0.00006 USD a GPU-second"},
                        {"ConsumedQuantity", "5400"},
                        {"ConsumedUnit", "GPU-Seconds"},
                        {"PricingCategory", "Standard"},
                        {"PricingQuantity", "5400"},
                        {"PricingUnit", "GPU-Seconds"},
                        {"ListUnitPrice", "0.00006"},
                        {"ContractedUnitPrice", "0.00006"},
                        {"ProviderName", "Example & Sons"},
                        {"PublisherName", "Example & Sons"},
                        {"InvoiceIssuerName", "Example & Sons"},
                        {"ResourceId", "00000000-0000-4000-9000-000000000001"},
                        {"ResourceType", "Endpoint"},
                        {"RegionId", ""},
                        {"ServiceCategory", "AI and Machine Learning"},
                        {"ServiceName", "Furnace"},
                        {"SkuId", "gpu_time:rtx4000"},
                        {"SkuPriceId", "gpu_time:rtx4000@0.00006"},
                        {"Tags", "{}"},
                        {"x_InvoiceId", invoice.id},
                        {"x_InvoiceNumber", "1"}};
  for (const auto& [name, value] : expected) {
    ASSERT_TRUE(row.contains(name)) << name;
    EXPECT_EQ(row.at(name), value) << name;
  }
}

TEST(InvoiceFocusTest, CreditsAndAdjustmentsHaveNeither) {
  const std::vector<Row> rows = RowsOf(AnInvoice(NewId()));
  for (const std::size_t i : {2, 3}) {
    EXPECT_EQ(rows[i].at("ChargeCategory"), "Credit");
    EXPECT_EQ(rows[i].at("ChargeFrequency"), "One-Time");
    for (const char* null : {"ConsumedQuantity", "ConsumedUnit", "PricingQuantity", "PricingUnit",
                             "PricingCategory", "ListUnitPrice", "SkuId"}) {
      EXPECT_EQ(rows[i].at(null), "") << null;
    }
    EXPECT_EQ(rows[i].at("ContractedCost"), rows[i].at("BilledCost"));
  }
  EXPECT_EQ(rows[2].at("ChargeClass"), "Correction");  // It is late.
  EXPECT_EQ(rows[3].at("ChargeClass"), "");
}

TEST(InvoiceFocusTest, EachKindHasItsCategory) {
  const struct {
    LineSection section;
    const char *kind, *category, *charge_class, *frequency;
  } cases[] = {
      {LineSection::kUsage, "storage", "Usage", "", "Usage-Based"},
      {LineSection::kUsage, "covered", "Usage", "", "Usage-Based"},
      {LineSection::kLate, "gpu_time", "Usage", "Correction", "Usage-Based"},
      {LineSection::kCorrection, "gpu_time", "Adjustment", "Correction", "One-Time"},
      {LineSection::kAdjustment, "minimum", "Adjustment", "", "Recurring"},
      {LineSection::kAdjustment, "volume_tier", "Adjustment", "", "One-Time"},
      {LineSection::kAdjustment, "credit_grant", "Credit", "", "One-Time"},
  };
  for (const auto& each : cases) {
    Invoice invoice = AnInvoice(NewId());
    invoice.lines = {{.section = each.section, .kind = each.kind, .quantity = 1}};
    const Row row = RowsOf(invoice).at(0);
    EXPECT_EQ(row.at("ChargeCategory"), each.category) << each.kind;
    EXPECT_EQ(row.at("ChargeClass"), each.charge_class) << each.kind;
    EXPECT_EQ(row.at("ChargeFrequency"), each.frequency) << each.kind;
  }
}

}  // namespace
}  // namespace furnace::metering
