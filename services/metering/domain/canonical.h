// The bytes that are hashed. docs/metering.md has them line by line: whoever changes one makes
// every receipt that was ever given out worthless.
#pragma once

#include <string>

#include "services/metering/domain/billing.h"
#include "services/metering/domain/ledger.h"

namespace furnace::metering {

/// The record with what it is booked with.
std::string CanonicalText(const Bill& bill);

/// The transaction, without the hashes of the chain.
std::string CanonicalText(const Transaction& transaction);

}  // namespace furnace::metering
