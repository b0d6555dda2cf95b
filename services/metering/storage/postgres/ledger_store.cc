#include "services/metering/storage/postgres/ledger_store.h"

#include <limits>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/domain/names.h"
#include "services/metering/storage/postgres/bill_row.h"
#include "services/metering/storage/postgres/bill_writer.h"
#include "services/metering/storage/postgres/columns.h"
#include "services/metering/storage/postgres/postings.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {
namespace {

std::string AllRows() { return std::to_string(std::numeric_limits<int>::max()); }

std::vector<postgres::Param> Bounds(const std::string& project_id, std::int64_t after, int limit) {
  return {project_id, std::to_string(after), std::to_string(limit)};
}

absl::StatusOr<ChainedTransaction> TransactionIn(const std::string& project_id,
                                                 const postgres::Rows& rows, int row) {
  ChainedTransaction chained{.transaction = {.project_id = project_id,
                                             .number = rows.Int(row, 0),
                                             .time_us = rows.Int(row, 1),
                                             .reason = std::string(rows.Text(row, 2)),
                                             .reference = std::string(rows.Text(row, 3)),
                                             .records = rows.Int(row, 4)}};
  FURNACE_ASSIGN_OR_RETURN(chained.transaction.root, ledger::ParseHash(rows.Text(row, 5)));
  FURNACE_ASSIGN_OR_RETURN(chained.hash, ledger::ParseHash(rows.Text(row, 6)));
  return chained;
}

absl::StatusOr<LedgerEntry> EntryIn(const postgres::Rows& rows, int row) {
  LedgerEntry entry{.endpoint_id = std::string(rows.Text(row, 3)),
                    .gpu_type = std::string(rows.Text(row, 4))};
  FURNACE_ASSIGN_OR_RETURN(entry.account, ParseAccount(rows.Text(row, 1)));
  FURNACE_ASSIGN_OR_RETURN(entry.kind, ParseEntryKind(rows.Text(row, 2)));
  if (!rows.IsNull(row, 5)) entry.price_nanos = rows.Int(row, 5);
  FURNACE_ASSIGN_OR_RETURN(entry.quantity, ParseInt128(rows.Text(row, 6)));
  FURNACE_ASSIGN_OR_RETURN(entry.amount.value, ParseInt128(rows.Text(row, 7)));
  return entry;
}

// Hands the entries, which are in the transactions' order, out to them.
absl::Status AddEntries(const postgres::Rows& rows, std::vector<ChainedTransaction>& transactions) {
  std::size_t at = 0;
  for (int row = 0; row < rows.size(); ++row) {
    const std::int64_t number = rows.Int(row, 0);
    while (at < transactions.size() && transactions[at].transaction.number < number) ++at;
    // What belongs to no transaction that was there a moment ago is of no concern.
    if (at == transactions.size()) break;
    if (transactions[at].transaction.number != number) continue;
    FURNACE_ASSIGN_OR_RETURN(LedgerEntry entry, EntryIn(rows, row));
    transactions[at].transaction.entries.push_back(std::move(entry));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<BookedBill>> SelectBills(postgres::Connection& connection,
                                                    const std::string& project_id,
                                                    std::int64_t number) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      connection.Exec(sql::kSelectTransactionBills, {project_id, std::to_string(number), "0",
                                                     std::to_string(number), AllRows()}));
  return BillsIn(rows);
}

// Books the next opening transaction of a project, unless it has them all; whether it did.
absl::StatusOr<bool> OpenNext(postgres::Connection& connection, const std::string& project_id,
                              std::int64_t transactions, std::int64_t now_us) {
  FURNACE_ASSIGN_OR_RETURN(const Heads heads, LockLedgers(connection, {project_id}));
  const ChainHead& head = heads.at(project_id);
  if (head.number >= transactions) return false;
  const std::int64_t number = head.number + 1;
  FURNACE_ASSIGN_OR_RETURN(const std::vector<BookedBill> booked,
                           SelectBills(connection, project_id, number));
  std::vector<const Bill*> bills;
  for (const BookedBill& each : booked) bills.push_back(&each.bill);
  FURNACE_ASSIGN_OR_RETURN(Transaction transaction, Sum({.project_id = project_id,
                                                         .number = number,
                                                         .time_us = now_us,
                                                         .reason = std::string(kReasonOpening)},
                                                        bills));
  FURNACE_RETURN_IF_ERROR(
      InsertTransactions(connection, {Chain(head.hash, std::move(transaction))}));
  return true;
}

}  // namespace

absl::StatusOr<ChainHead> PostgresLedgerStore::Head(const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectLedgerHeads, {postgres::ArrayLiteral({project_id})}));
  if (rows.empty()) return ChainHead{};
  FURNACE_ASSIGN_OR_RETURN(const Hash hash, ledger::ParseHash(rows.Text(0, 2)));
  return ChainHead{.number = rows.Int(0, 1), .hash = hash};
}

absl::StatusOr<std::vector<ChainedTransaction>> PostgresLedgerStore::Transactions(
    const std::string& project_id, std::int64_t after, int limit) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows, pool_.Exec(sql::kSelectLedgerTransactions,
                                                                 Bounds(project_id, after, limit)));
  std::vector<ChainedTransaction> transactions;
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(ChainedTransaction chained, TransactionIn(project_id, rows, row));
    transactions.push_back(std::move(chained));
  }
  if (transactions.empty()) return transactions;
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows entries,
      pool_.Exec(sql::kSelectLedgerEntries,
                 {project_id, std::to_string(transactions.front().transaction.number),
                  std::to_string(transactions.back().transaction.number)}));
  FURNACE_RETURN_IF_ERROR(AddEntries(entries, transactions));
  return transactions;
}

absl::StatusOr<std::vector<BookedBill>> PostgresLedgerStore::BillsOf(const std::string& project_id,
                                                                     std::int64_t first,
                                                                     std::int64_t last) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectTransactionBills,
                 {project_id, std::to_string(first), "0", std::to_string(last), AllRows()}));
  return BillsIn(rows);
}

absl::StatusOr<std::vector<BookedBill>> PostgresLedgerStore::BillsOfJob(
    const std::string& project_id, const std::string& job_id, int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectJobBills, {project_id, job_id, "0", "0", std::to_string(limit)}));
  return BillsIn(rows);
}

absl::StatusOr<std::vector<BookedPosting>> PostgresLedgerStore::PostingsOf(
    const std::string& project_id, std::int64_t first, std::int64_t last) {
  return SelectPostings(pool_, {.project_id = project_id,
                                .from = {.transaction = first},
                                .last_transaction = last,
                                .limit = std::numeric_limits<int>::max()});
}

absl::StatusOr<std::vector<BookedPosting>> PostgresLedgerStore::PostingsOfJob(
    const std::string& project_id, const std::string& job_id, int limit) {
  return SelectPostings(pool_, {.project_id = project_id,
                                .last_transaction = std::numeric_limits<std::int64_t>::max(),
                                .job_id = job_id,
                                .limit = limit});
}

absl::StatusOr<std::vector<RefusedRecord>> PostgresLedgerStore::Refused(
    const std::string& project_id, std::int64_t after, int limit) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows, pool_.Exec(sql::kSelectRefusedRecords,
                                                                 Bounds(project_id, after, limit)));
  std::vector<RefusedRecord> refused;
  for (int row = 0; row < rows.size(); ++row) {
    refused.push_back({.id = rows.Int(row, 0),
                       .refused_us = rows.Int(row, 1),
                       .key = {std::string(rows.Text(row, 2)), static_cast<int>(rows.Int(row, 3))},
                       .record = std::string(rows.Text(row, 4))});
  }
  return refused;
}

absl::Status OpenLedgers(postgres::Pool& pool, std::int64_t now_us) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows, pool.Exec(sql::kSelectLedgerOpenings, {}));
  for (int row = 0; row < rows.size(); ++row) {
    const std::string project_id(rows.Text(row, 0));
    bool more = true;
    while (more) {
      const auto open_next = [&](postgres::Connection& connection) -> absl::Status {
        FURNACE_ASSIGN_OR_RETURN(more, OpenNext(connection, project_id, rows.Int(row, 1), now_us));
        return absl::OkStatus();
      };
      FURNACE_RETURN_IF_ERROR(pool.Transact(open_next));
    }
  }
  return absl::OkStatus();
}

}  // namespace furnace::metering
