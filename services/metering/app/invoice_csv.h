#pragma once

#include <string>

#include "services/metering/domain/invoice.h"

namespace furnace::metering {

/// The invoice's lines as CSV (RFC 4180), with a heading. Columns: docs/invoices.md.
std::string InvoiceCsv(const Invoice& invoice);

}  // namespace furnace::metering
