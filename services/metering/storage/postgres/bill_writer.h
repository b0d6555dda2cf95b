#pragma once

#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/common/postgres/connection.h"
#include "services/metering/domain/billing.h"

namespace furnace::metering {

/// Bills to write, all of a call or some.
using BillRefs = std::span<const Bill* const>;

/// Inserts the records of `bills`; the keys of those that were not known.
absl::StatusOr<std::vector<RecordKey>> InsertRecords(postgres::Connection& connection,
                                                     BillRefs bills);

/// The keys of those of `bills` that are known with another record.
absl::StatusOr<std::vector<RecordKey>> FindConflicts(postgres::Connection& connection,
                                                     BillRefs bills);

/// Writes all that follows from `bills`, whose records this transaction inserted:
/// segments, hourly sums, ledger, outbox. The caller then commits without delay, for it
/// holds the locks of the projects' ledgers and of the outbox.
absl::Status WriteBooks(postgres::Connection& connection, BillRefs bills);

}  // namespace furnace::metering
