#include "services/metering/app/invoice_focus.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "services/metering/app/csv.h"
#include "services/metering/domain/invoice_quantity.h"
#include "services/metering/domain/month.h"

namespace furnace::metering {
namespace {

// What FOCUS takes for consumption, which has quantities and prices.
bool IsUsage(const InvoiceLine& line) {
  const bool used = line.section == LineSection::kUsage || line.section == LineSection::kLate;
  return used && line.kind != "credit";
}

std::string Category(const InvoiceLine& line) {
  if (IsUsage(line)) return "Usage";
  const bool given = line.kind == "credit" || line.kind == "subsidy" || line.kind == "credit_grant";
  return given ? "Credit" : "Adjustment";
}

// Of what was used in a period that has an invoice already.
std::string Class(const InvoiceLine& line) {
  const bool corrects =
      line.section == LineSection::kLate || line.section == LineSection::kCorrection;
  return corrects ? "Correction" : "";
}

std::string Frequency(const InvoiceLine& line) {
  if (IsUsage(line)) return "Usage-Based";
  return line.kind == "minimum" ? "Recurring" : "One-Time";
}

std::string Description(const InvoiceLine& line) {
  if (!line.description.empty()) return CsvText(line.description);
  const std::string what =
      fmt::format("{}{}{}", line.kind, line.gpu_type.empty() ? "" : " on ", line.gpu_type);
  if (!line.price_nanos) return CsvText(what);
  return CsvText(fmt::format("{} at {} USD a {}", what, PriceText(line), UnitOf(line).name));
}

// Without a price it was charged at 0, which FOCUS wants to be told.
std::string UnitPrice(const InvoiceLine& line) {
  return IsUsage(line) ? DollarText(line.price_nanos.value_or(0)) : "";
}

// Price times quantity where there are both; of others, what is owed.
std::string ListCost(const InvoiceLine& line) {
  return IsUsage(line) ? ExactDollarText(line.amount) : DollarText(line.amount_nanos);
}

std::string OfUsage(const InvoiceLine& line, std::string value) {
  return IsUsage(line) ? std::move(value) : "";
}

std::string Sku(const InvoiceLine& line) {
  return CsvText(line.gpu_type.empty() ? line.kind : line.kind + ":" + line.gpu_type);
}

using Value = std::string (*)(const Invoice&, const InvoiceLine&);
using I = const Invoice&;
using L = const InvoiceLine&;

std::string Null(I, L) { return ""; }
std::string Issuer(I invoice, L) { return CsvText(invoice.issuer); }
std::string Project(I invoice, L) { return invoice.project_id; }
std::string Billed(I, L line) { return DollarText(line.amount_nanos); }
std::string Unit(I, L line) { return OfUsage(line, std::string(UnitOf(line).plural)); }

struct Column {
  std::string_view name;
  Value value;
};

constexpr std::array<Column, 46> kColumns = {{
    {"AvailabilityZone", Null},
    {"BilledCost", Billed},
    {"BillingAccountId", Project},
    {"BillingAccountName", Null},
    {"BillingCurrency", [](I, L) -> std::string { return "USD"; }},
    {"BillingPeriodEnd", [](I invoice, L) { return TimeText(invoice.period.end_us); }},
    {"BillingPeriodStart", [](I invoice, L) { return TimeText(invoice.period.start_us); }},
    {"ChargeCategory", [](I, L line) { return Category(line); }},
    {"ChargeClass", [](I, L line) { return Class(line); }},
    {"ChargeDescription", [](I, L line) { return Description(line); }},
    {"ChargeFrequency", [](I, L line) { return Frequency(line); }},
    {"ChargePeriodEnd", [](I, L line) { return TimeText(line.used.end_us); }},
    {"ChargePeriodStart", [](I, L line) { return TimeText(line.used.start_us); }},
    {"CommitmentDiscountCategory", Null},
    {"CommitmentDiscountId", Null},
    {"CommitmentDiscountName", Null},
    {"CommitmentDiscountStatus", Null},
    {"CommitmentDiscountType", Null},
    {"ConsumedQuantity", [](I, L line) { return OfUsage(line, ConsumedText(line)); }},
    {"ConsumedUnit", [](I, L line) { return OfUsage(line, std::string(UnitOf(line).consumed)); }},
    {"ContractedCost", [](I, L line) { return ListCost(line); }},
    {"ContractedUnitPrice", [](I, L line) { return UnitPrice(line); }},
    {"EffectiveCost", Billed},
    {"InvoiceIssuerName", Issuer},
    {"ListCost", [](I, L line) { return ListCost(line); }},
    {"ListUnitPrice", [](I, L line) { return UnitPrice(line); }},
    {"PricingCategory", [](I, L line) { return OfUsage(line, "Standard"); }},
    {"PricingQuantity", [](I, L line) { return OfUsage(line, QuantityText(line)); }},
    {"PricingUnit", Unit},
    {"ProviderName", Issuer},
    {"PublisherName", Issuer},
    {"RegionId", Null},
    {"RegionName", Null},
    {"ResourceId", [](I, L line) { return line.endpoint_id; }},
    {"ResourceName", Null},
    {"ResourceType",
     [](I, L line) -> std::string { return line.endpoint_id.empty() ? "" : "Endpoint"; }},
    {"ServiceCategory",
     [](I, L line) -> std::string {
       return line.kind == "storage" ? "Storage" : "AI and Machine Learning";
     }},
    {"ServiceName", [](I, L) -> std::string { return "Furnace"; }},
    {"SkuId", [](I, L line) { return OfUsage(line, Sku(line)); }},
    {"SkuPriceId", [](I, L line) { return OfUsage(line, Sku(line) + "@" + UnitPrice(line)); }},
    {"SubAccountId", Project},
    {"SubAccountName", Null},
    {"Tags", [](I, L) -> std::string { return "{}"; }},
    {"x_InvoiceId", [](I invoice, L) { return invoice.id; }},
    {"x_InvoiceNumber",
     [](I invoice, L) { return invoice.number == 0 ? "" : std::to_string(invoice.number); }},
    {"x_LineKind", [](I, L line) { return line.kind; }},
}};

}  // namespace

std::string InvoiceFocus(const Invoice& invoice) {
  std::vector<std::string> cells;
  for (const Column& column : kColumns) cells.emplace_back(column.name);
  std::string csv = CsvLine(cells);
  for (const InvoiceLine& line : invoice.lines) {
    cells.clear();
    for (const Column& column : kColumns) cells.push_back(column.value(invoice, line));
    csv += CsvLine(cells);
  }
  return csv;
}

}  // namespace furnace::metering
