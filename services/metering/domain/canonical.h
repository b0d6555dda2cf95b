// The bytes that are hashed. docs/metering.md has them line by line: whoever changes one makes
// every receipt that was ever given out worthless.
#pragma once

#include <string>
#include <vector>

#include "services/metering/domain/billing.h"
#include "services/metering/domain/correction.h"
#include "services/metering/domain/ledger.h"

namespace furnace::metering {

/// The record with what it is booked with.
std::string CanonicalText(const Bill& bill);

/// A correction.
std::string CanonicalText(const Correction& correction);

/// A record that is rated again, with the customer's lines that are taken back and booked anew.
std::string CanonicalText(const UsageRecord& record, const std::vector<Entry>& entries);

/// The transaction, without the hashes of the chain.
std::string CanonicalText(const Transaction& transaction);

}  // namespace furnace::metering
