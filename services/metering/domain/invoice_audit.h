#pragma once

#include <string>
#include <vector>

#include "services/metering/domain/invoice.h"

namespace furnace::metering {

/// How the final invoice `stored` differs from `remade`, which the ledger and the agreements
/// make of its period now, and from what comes after `before`, the invoice before it (of
/// number 0 for the first): nothing, as long as nobody changed a byte.
std::vector<std::string> CompareInvoices(const Invoice& before, const Invoice& stored,
                                         const Invoice& remade);

}  // namespace furnace::metering
