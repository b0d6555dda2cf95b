#pragma once

#include <string>

#include "services/metering/domain/invoice.h"

namespace furnace::metering {

/// The invoice's lines as CSV with the columns of FOCUS 1.0 (focus.finops.org), by name, and
/// three of our own, which begin with x_. Nulls are empty. BilledCost sums up to the total.
std::string InvoiceFocus(const Invoice& invoice);

}  // namespace furnace::metering
