// ApplyTerms: what a month's terms make of its charges.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/domain/terms.h"

namespace furnace::metering {
namespace {

// Of a GB-month: bytes times microseconds.
constexpr Int128 kByteUsOfGbMonth = Int128{1'000'000'000} * ledger::kStorageMonthUs;
constexpr Int128 kGpuMilliUsOfSecond = 1'000'000'000;

// What is charged for a unit and GPU type at one price.
struct Stock {
  PriceUnit unit = PriceUnit::kGpuSecond;
  std::string gpu_type = {};
  std::int64_t price_nanos = 0;
  Int128 quantity = 0;  // In the unit of the charges.
  AttoUsd amount = {};
  bool rated = false;  // By tiers or a package.
};

Int128 QuantityOfUnit(PriceUnit unit) {
  switch (unit) {
    case PriceUnit::kInvocation: return 1;
    case PriceUnit::kGbMonth: return kByteUsOfGbMonth;
    case PriceUnit::kGpuSecond:
    case PriceUnit::kWarmGpuSecond: break;
  }
  return kGpuMilliUsOfSecond;
}

absl::StatusOr<Int128> Times(Int128 a, Int128 b) {
  Int128 product = 0;
  if (!__builtin_mul_overflow(a, b, &product)) return product;
  return Error(absl::StatusCode::kOutOfRange, "an amount of more than 38 digits");
}

// What `quantity` costs at `nanos` a unit. Storage is rounded half to even to an atto-dollar, as
// the ledger does it.
absl::StatusOr<AttoUsd> Cost(PriceUnit unit, std::int64_t nanos, Int128 quantity) {
  FURNACE_ASSIGN_OR_RETURN(const Int128 product, Times(nanos, quantity));
  if (unit == PriceUnit::kGbMonth)
    return AttoUsd{DivideHalfEven(product, kByteUsOfGbMonth / ledger::kAttosPerNano)};
  if (unit == PriceUnit::kGpuSecond) return AttoUsd{product};
  FURNACE_ASSIGN_OR_RETURN(const Int128 attos, Times(product, ledger::kAttosPerNano));
  return AttoUsd{attos};
}

std::optional<PriceUnit> UnitOf(const Charge& charge) {
  switch (charge.kind) {
    case EntryKind::kGpuTime:
    case EntryKind::kCredit: return PriceUnit::kGpuSecond;
    case EntryKind::kInvocation: return PriceUnit::kInvocation;
    case EntryKind::kStorage: return PriceUnit::kGbMonth;
    default: return std::nullopt;
  }
}

// The charges by unit, GPU type and price, the dearest first.
absl::StatusOr<std::vector<Stock>> StocksOf(std::span<const Charge> charges) {
  std::map<std::tuple<PriceUnit, std::string, std::int64_t>, Stock> stocks;
  for (const Charge& charge : charges) {
    const std::optional<PriceUnit> unit = UnitOf(charge);
    if (!unit || !charge.price_nanos) continue;
    const std::string gpu_type = *unit == PriceUnit::kGpuSecond ? charge.gpu_type : "";
    Stock& stock = stocks[{*unit, gpu_type, -*charge.price_nanos}];
    stock.unit = *unit;
    stock.gpu_type = gpu_type;
    stock.price_nanos = *charge.price_nanos;
    // What is credited was charged in the same month, and is no use.
    stock.quantity += charge.kind == EntryKind::kCredit ? -charge.quantity : charge.quantity;
    FURNACE_ASSIGN_OR_RETURN(stock.amount, Add(stock.amount, charge.amount));
  }
  std::vector<Stock> sorted;
  for (auto& [key, stock] : stocks) sorted.push_back(std::move(stock));
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Stock& a, const Stock& b) { return a.price_nanos > b.price_nanos; });
  return sorted;
}

bool IsOf(const Stock& stock, const Term& term) {
  return stock.unit == term.unit && (term.gpu_type.empty() || stock.gpu_type == term.gpu_type);
}

AdjustmentKind KindOf(TermKind kind) {
  switch (kind) {
    case TermKind::kGraduated:
    case TermKind::kVolume: break;
    case TermKind::kPackage: return AdjustmentKind::kPackage;
    case TermKind::kAllowance: return AdjustmentKind::kAllowance;
    case TermKind::kMinimum: return AdjustmentKind::kMinimum;
  }
  return AdjustmentKind::kVolumeTier;
}

Adjustment Draft(const Term& term) {
  return {.kind = KindOf(term.kind),
          .reference = fmt::format("term {}", term.id),
          .description = term.description,
          .gpu_type = term.gpu_type};
}

// Takes the free units off `stocks`.
absl::StatusOr<Adjustment> Allow(const Term& term, std::vector<Stock>& stocks) {
  Adjustment adjustment = Draft(term);
  Int128 left = term.quantity * QuantityOfUnit(term.unit);
  for (Stock& stock : stocks) {
    const Int128 taken = std::min(left, stock.quantity);
    if (!IsOf(stock, term) || taken <= 0) continue;
    AttoUsd cost = stock.amount;
    if (taken < stock.quantity) {
      FURNACE_ASSIGN_OR_RETURN(cost, Cost(stock.unit, stock.price_nanos, taken));
    }
    left -= taken;
    stock.quantity -= taken;
    adjustment.quantity += taken;
    FURNACE_ASSIGN_OR_RETURN(stock.amount, Add(stock.amount, -cost));
    FURNACE_ASSIGN_OR_RETURN(adjustment.amount, Add(adjustment.amount, -cost));
  }
  return adjustment;
}

// Whether some of `quantity` is after the first `from` units.
bool Reaches(const Term& term, Int128 quantity, const Tier& tier) {
  return quantity > tier.from * QuantityOfUnit(term.unit);
}

absl::StatusOr<AttoUsd> VolumeCost(const Term& term, Int128 quantity) {
  std::int64_t nanos = term.tiers.front().nanos;
  for (const Tier& tier : term.tiers) {
    if (Reaches(term, quantity, tier)) nanos = tier.nanos;
  }
  return Cost(term.unit, nanos, quantity);
}

absl::StatusOr<AttoUsd> GraduatedCost(const Term& term, Int128 quantity) {
  AttoUsd total;
  Int128 above = quantity;  // What is not yet rated: tiers from the last down.
  for (auto tier = term.tiers.rbegin(); tier != term.tiers.rend(); ++tier) {
    if (!Reaches(term, above, *tier)) continue;
    const Int128 from = tier->from * QuantityOfUnit(term.unit);
    FURNACE_ASSIGN_OR_RETURN(const AttoUsd cost, Cost(term.unit, tier->nanos, above - from));
    FURNACE_ASSIGN_OR_RETURN(total, Add(total, cost));
    above = from;
  }
  return total;
}

absl::StatusOr<AttoUsd> PackageCost(const Term& term, Int128 quantity) {
  const Int128 size = term.quantity * QuantityOfUnit(term.unit);
  const Int128 packages = (quantity + size - 1) / size;
  FURNACE_ASSIGN_OR_RETURN(const Int128 attos, Times(packages, FromNanos(term.nanos).value));
  return AttoUsd{attos};
}

absl::StatusOr<AttoUsd> CostBy(const Term& term, Int128 quantity) {
  if (term.kind == TermKind::kPackage) return PackageCost(term, quantity);
  if (term.kind == TermKind::kVolume) return VolumeCost(term, quantity);
  return GraduatedCost(term, quantity);
}

// Rates what no term before has rated.
absl::StatusOr<Adjustment> Rate(const Term& term, std::vector<Stock>& stocks) {
  Adjustment adjustment = Draft(term);
  for (Stock& stock : stocks) {
    if (stock.rated || !IsOf(stock, term)) continue;
    stock.rated = true;
    adjustment.quantity += stock.quantity;
    FURNACE_ASSIGN_OR_RETURN(adjustment.amount, Add(adjustment.amount, -stock.amount));
  }
  if (adjustment.quantity <= 0) return Draft(term);
  FURNACE_ASSIGN_OR_RETURN(const AttoUsd cost, CostBy(term, adjustment.quantity));
  FURNACE_ASSIGN_OR_RETURN(adjustment.amount, Add(adjustment.amount, cost));
  return adjustment;
}

absl::StatusOr<Adjustment> FillUp(const Term& term, std::span<const Charge> charges,
                                  std::span<const Adjustment> before) {
  AttoUsd total;
  for (const Charge& charge : charges) {
    FURNACE_ASSIGN_OR_RETURN(total, Add(total, charge.amount));
  }
  for (const Adjustment& adjustment : before) {
    FURNACE_ASSIGN_OR_RETURN(total, Add(total, adjustment.amount));
  }
  Adjustment adjustment = Draft(term);
  const AttoUsd least = FromNanos(term.nanos);
  if (total.value >= least.value) return adjustment;
  FURNACE_ASSIGN_OR_RETURN(adjustment.amount, Add(least, -total));
  return adjustment;
}

}  // namespace

absl::StatusOr<std::vector<Adjustment>> ApplyTerms(const std::vector<Term>& terms,
                                                   std::span<const Charge> charges,
                                                   bool with_minimum) {
  std::vector<Adjustment> adjustments;
  FURNACE_ASSIGN_OR_RETURN(std::vector<Stock> stocks, StocksOf(charges));
  for (const Term& term : terms) {
    if (term.kind == TermKind::kMinimum && !with_minimum) continue;
    absl::StatusOr<Adjustment> adjustment = term.kind == TermKind::kAllowance ? Allow(term, stocks)
                                            : term.kind == TermKind::kMinimum
                                                ? FillUp(term, charges, adjustments)
                                                : Rate(term, stocks);
    if (!adjustment.ok()) return adjustment.status();
    if (adjustment->amount.value != 0) adjustments.push_back(*std::move(adjustment));
  }
  return adjustments;
}

}  // namespace furnace::metering
