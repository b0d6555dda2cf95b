#pragma once

#include <string>

#include "services/metering/domain/invoice.h"

namespace furnace::metering {

/// The invoice as a page to print: complete in itself, without scripts.
std::string InvoiceHtml(const Invoice& invoice);

}  // namespace furnace::metering
