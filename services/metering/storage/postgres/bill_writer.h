#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/common/postgres/connection.h"
#include "services/metering/app/ledger_ports.h"
#include "services/metering/domain/usage_sums.h"

namespace furnace::metering {

/// Where each project's chain is; no project is missing.
using Heads = std::map<std::string, ChainHead>;

/// Locks the ledgers of `projects` until the transaction ends, and tells where they are. The
/// caller commits without delay.
absl::StatusOr<Heads> LockLedgers(postgres::Connection& connection,
                                  const std::vector<std::string>& projects);

/// Inserts the records of `bills`, for the transaction that comes next in their project's chain;
/// the keys of those that were not known.
absl::StatusOr<std::vector<RecordKey>> InsertRecords(postgres::Connection& connection,
                                                     BillRefs bills, const Heads& heads);

/// The keys of those of `bills` that are known with another record.
absl::StatusOr<std::vector<RecordKey>> FindConflicts(postgres::Connection& connection,
                                                     BillRefs bills);

/// AddHours of what follows from `bills`, whose records are new.
absl::Status AddHourly(postgres::Connection& connection, BillRefs bills);

/// Adds `hours` to the hourly sums, and to those of the budgets' windows that they lie in. Their
/// projects' ledgers are locked.
absl::Status AddHours(postgres::Connection& connection, const std::map<HourKey, HourSums>& hours);

/// Adds `transactions`, each the next of its project.
absl::Status InsertTransactions(postgres::Connection& connection,
                                const std::vector<ChainedTransaction>& transactions);

/// Gives the records of `bills`, which are new, their numbers in the outbox. The caller then
/// commits without delay, for until then nobody else gets any.
absl::Status AppendOutbox(postgres::Connection& connection, BillRefs bills);

}  // namespace furnace::metering
