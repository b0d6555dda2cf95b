// What an invoice's lines are counted in, for people and for FOCUS.
#pragma once

#include <string>
#include <string_view>

#include "services/metering/domain/invoice.h"

namespace furnace::metering {

/// A line's unit of price, in which a quantity is an exact decimal number, but for storage.
struct LineUnit {
  std::string_view name;      // "GPU-second", or empty for an amount of money.
  std::string_view plural;    // "GPU-Seconds", as FOCUS writes units.
  std::string_view consumed;  // The unit of FOCUS's ConsumedQuantity.
};

LineUnit UnitOf(const InvoiceLine& line);

/// The quantity in UnitOf(line): exact, but for storage, which is rounded half to even to
/// 15 decimals. "" for an amount of money.
std::string QuantityText(const InvoiceLine& line);

/// The quantity in UnitOf(line).consumed, exact.
std::string ConsumedText(const InvoiceLine& line);

/// The quantity as people read it, rounded half to even to 6 decimals: "1.5 GPU-hours".
std::string ReadableQuantity(const InvoiceLine& line);

/// Dollars a unit, exact; "" where there is no price.
std::string PriceText(const InvoiceLine& line);

/// Nano-dollars as dollars, exact.
std::string DollarText(std::int64_t nanos);

/// Cents as dollars with two decimals: "-12.30".
std::string CentText(std::int64_t cents);

/// Atto-dollars as dollars, exact.
std::string ExactDollarText(AttoUsd amount);

}  // namespace furnace::metering
