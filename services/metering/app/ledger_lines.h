#pragma once

#include <cstdint>
#include <vector>

#include "services/metering/app/ledger_ports.h"
#include "services/metering/app/ports.h"

namespace furnace::metering {

/// Most records that a transaction has: the most that a call may bring.
inline constexpr int kMaxRecordsOfTransaction = 1'000;

/// The customer's lines of a booked bill, by rising id. An id is the line's place in the ledger:
/// 20 bits for the record's position in its transaction and the line's in its record.
std::vector<LedgerLine> LinesOf(const BookedBill& booked);

/// The same of a posting.
std::vector<LedgerLine> LinesOf(const BookedPosting& booked);

/// The id of the first line of what is at `place`.
std::int64_t FirstLineOf(Place place);

/// The record's place that line `id` is of.
Place PlaceOfLine(std::int64_t id);

}  // namespace furnace::metering
