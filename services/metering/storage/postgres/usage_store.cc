#include "services/metering/storage/postgres/usage_store.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/app/ledger_lines.h"
#include "services/metering/domain/canonical.h"
#include "services/metering/storage/postgres/bill_row.h"
#include "services/metering/storage/postgres/bill_writer.h"
#include "services/metering/storage/postgres/columns.h"
#include "services/metering/storage/postgres/postings.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {
namespace {

using IndexByKey = std::map<RecordKey, std::size_t>;

absl::StatusOr<std::vector<std::size_t>> IndexesOf(const std::vector<RecordKey>& keys,
                                                   const IndexByKey& index_by_key) {
  std::vector<std::size_t> indexes;
  for (const RecordKey& key : keys) {
    const auto found = index_by_key.find(key);
    if (found == index_by_key.end()) {
      return Error(absl::StatusCode::kInternal, "job {} epoch {} was not asked about", key.job_id,
                   key.epoch);
    }
    indexes.push_back(found->second);
  }
  std::sort(indexes.begin(), indexes.end());
  return indexes;
}

std::vector<const Bill*> Pick(std::span<const Bill> bills,
                              const std::vector<std::size_t>& indexes) {
  std::vector<const Bill*> picked;
  for (const std::size_t index : indexes) picked.push_back(&bills[index]);
  return picked;
}

std::vector<std::size_t> AllBut(std::size_t count, const std::vector<std::size_t>& indexes) {
  std::vector<std::size_t> others;
  for (std::size_t index = 0; index < count; ++index) {
    if (!std::binary_search(indexes.begin(), indexes.end(), index)) others.push_back(index);
  }
  return others;
}

std::vector<std::string> ProjectsOf(std::span<const Bill> bills) {
  std::set<std::string> projects;
  for (const Bill& bill : bills) projects.insert(bill.record.project_id);
  return {projects.begin(), projects.end()};
}

// The transactions that book `bills`, which are new: one for each project.
absl::StatusOr<std::vector<ChainedTransaction>> BookIn(const std::vector<const Bill*>& bills,
                                                       const Heads& heads, std::int64_t now_us) {
  std::map<std::string_view, std::vector<const Bill*>> by_project;
  for (const Bill* bill : bills) by_project[bill->record.project_id].push_back(bill);
  std::vector<ChainedTransaction> transactions;
  for (const auto& [project_id, of_project] : by_project) {
    const ChainHead& head = heads.at(std::string(project_id));
    FURNACE_ASSIGN_OR_RETURN(
        Transaction transaction,
        Sum({.project_id = std::string(project_id), .number = head.number + 1, .time_us = now_us},
            of_project));
    transactions.push_back(Chain(head.hash, std::move(transaction)));
  }
  return transactions;
}

absl::StatusOr<StoreOutcome> RecordIn(postgres::Connection& connection, std::span<const Bill> bills,
                                      std::int64_t now_us) {
  IndexByKey index_by_key;
  std::vector<const Bill*> all;
  for (std::size_t index = 0; index < bills.size(); ++index) {
    index_by_key.emplace(bills[index].record.key, index);
    all.push_back(&bills[index]);
  }
  StoreOutcome outcome;
  FURNACE_ASSIGN_OR_RETURN(const Heads heads, LockLedgers(connection, ProjectsOf(bills)));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<RecordKey> added,
                           InsertRecords(connection, all, heads));
  FURNACE_ASSIGN_OR_RETURN(outcome.recorded, IndexesOf(added, index_by_key));
  if (added.size() < bills.size()) {
    const std::vector<const Bill*> known = Pick(bills, AllBut(bills.size(), outcome.recorded));
    FURNACE_ASSIGN_OR_RETURN(const std::vector<RecordKey> keys, FindConflicts(connection, known));
    FURNACE_ASSIGN_OR_RETURN(outcome.conflicting, IndexesOf(keys, index_by_key));
  }
  const std::vector<const Bill*> recorded = Pick(bills, outcome.recorded);
  FURNACE_ASSIGN_OR_RETURN(const auto transactions, BookIn(recorded, heads, now_us));
  FURNACE_RETURN_IF_ERROR(AddHourly(connection, recorded));
  FURNACE_RETURN_IF_ERROR(InsertTransactions(connection, transactions));
  FURNACE_RETURN_IF_ERROR(AppendOutbox(connection, recorded));
  return outcome;
}

postgres::Param BoolParam(bool value) { return value ? "true" : "false"; }

absl::StatusOr<UsageRow> RowIn(const postgres::Rows& rows, int row) {
  UsageRow usage;
  if (!rows.IsNull(row, 0)) usage.hour_us = rows.Int(row, 0);
  usage.endpoint_id = rows.Text(row, 1);
  usage.gpu_type = rows.Text(row, 2);
  UsageSums& sums = usage.sums;
  FURNACE_ASSIGN_OR_RETURN(sums.gpu_milli_us, ParseInt128(rows.Text(row, 3)));
  FURNACE_ASSIGN_OR_RETURN(sums.credited_gpu_milli_us, ParseInt128(rows.Text(row, 4)));
  FURNACE_ASSIGN_OR_RETURN(sums.unpriced_gpu_milli_us, ParseInt128(rows.Text(row, 5)));
  FURNACE_ASSIGN_OR_RETURN(sums.invocations, ParseInt128(rows.Text(row, 6)));
  FURNACE_ASSIGN_OR_RETURN(sums.cold_start_us, ParseInt128(rows.Text(row, 7)));
  FURNACE_ASSIGN_OR_RETURN(sums.covered_gpu_milli_us, ParseInt128(rows.Text(row, 8)));
  FURNACE_ASSIGN_OR_RETURN(sums.byte_us, ParseInt128(rows.Text(row, 9)));
  FURNACE_ASSIGN_OR_RETURN(sums.cost.value, ParseInt128(rows.Text(row, 10)));
  return usage;
}

// The bills that `query`'s lines are of, from `from` on, at most `limit`.
absl::StatusOr<std::vector<BookedBill>> SelectBills(postgres::Pool& pool, const LedgerQuery& query,
                                                    Place from, int limit) {
  const std::string number = std::to_string(from.transaction);
  const std::string position = std::to_string(from.position);
  const std::string rows_most = std::to_string(limit);
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      query.job_id
          ? pool.Exec(sql::kSelectJobBills,
                      {query.project_id, *query.job_id, number, position, rows_most})
          : pool.Exec(sql::kSelectTransactionBills,
                      {query.project_id, number, position,
                       std::to_string(std::numeric_limits<std::int64_t>::max()), rows_most}));
  return BillsIn(rows);
}

// The bills and postings of some places, by place.
struct Stretch {
  std::vector<BookedBill> bills;
  std::vector<BookedPosting> postings;
  Place last = {};        // Nothing up to here is left out.
  bool complete = false;  // Nor after it.
};

// From `from` on: at most `limit` bills and as many postings.
absl::StatusOr<Stretch> SelectStretch(postgres::Pool& pool, const LedgerQuery& query, Place from,
                                      int limit) {
  Stretch stretch;
  FURNACE_ASSIGN_OR_RETURN(stretch.bills, SelectBills(pool, query, from, limit));
  FURNACE_ASSIGN_OR_RETURN(
      stretch.postings,
      SelectPostings(pool, {.project_id = query.project_id,
                            .from = from,
                            .last_transaction = std::numeric_limits<std::int64_t>::max(),
                            .job_id = query.job_id,
                            .limit = limit}));
  const auto most = static_cast<std::size_t>(limit);
  const bool more_bills = stretch.bills.size() == most;
  const bool more_postings = stretch.postings.size() == most;
  stretch.complete = !more_bills && !more_postings;
  stretch.last = {std::numeric_limits<std::int64_t>::max(), 0};
  if (more_bills) stretch.last = stretch.bills.back().place;
  if (more_postings) stretch.last = std::min(stretch.last, stretch.postings.back().place);
  return stretch;
}

// The lines of a stretch by rising id.
std::vector<LedgerLine> LinesIn(const Stretch& stretch) {
  std::vector<LedgerLine> lines;
  const auto add = [&](const auto& all) {
    for (const auto& booked : all) {
      if (stretch.last < booked.place) break;
      for (LedgerLine& line : LinesOf(booked)) lines.push_back(std::move(line));
    }
  };
  add(stretch.bills);
  add(stretch.postings);
  std::ranges::sort(lines, {}, &LedgerLine::id);
  return lines;
}

}  // namespace

absl::StatusOr<StoreOutcome> PostgresUsageStore::Record(std::span<const Bill> bills,
                                                        std::int64_t now_us) {
  StoreOutcome outcome;
  FURNACE_RETURN_IF_ERROR(pool_.Transact([&](postgres::Connection& connection) -> absl::Status {
    FURNACE_ASSIGN_OR_RETURN(outcome, RecordIn(connection, bills, now_us));
    return absl::OkStatus();
  }));
  return outcome;
}

absl::Status PostgresUsageStore::KeepRefused(std::span<const UsageRecord> records) {
  using Record = const UsageRecord&;
  const auto text = [](Record record) { return CanonicalText(Bill{.record = record}); };
  return pool_
      .Exec(sql::kInsertRefusedRecords,
            {Column(records, [](Record record) { return record.project_id; }),
             Column(records, [](Record record) { return record.key.job_id; }),
             IntColumn(records, [](Record record) { return record.key.epoch; }),
             Column(records, text),
             Column(records, [&](Record r) { return ledger::ToHex(ledger::HashOf({text(r)})); })})
      .status();
}

absl::StatusOr<std::vector<UsageRow>> PostgresUsageStore::Sum(const UsageQuery& query, int limit) {
  const PeriodParts parts = PartsOf(query);
  const auto edge = [&](std::size_t index) {
    return index < parts.edges.size() ? parts.edges[index] : Span{};
  };
  std::vector<postgres::Param> parameters = {query.project_id,
                                             std::to_string(edge(0).start_us),
                                             std::to_string(edge(0).end_us),
                                             query.endpoint_id,
                                             BoolParam(query.by_hour),
                                             BoolParam(query.by_endpoint),
                                             BoolParam(query.by_gpu_type),
                                             std::to_string(limit)};
  if (query.job_id) {
    parameters.emplace_back(query.job_id);
  } else {
    for (const std::int64_t time_us :
         {parts.whole_hours.start_us, parts.whole_hours.end_us, edge(1).start_us, edge(1).end_us}) {
      parameters.emplace_back(std::to_string(time_us));
    }
  }
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(query.job_id ? sql::kSelectJobUsage : sql::kSelectUsage, parameters));
  std::vector<UsageRow> sums;
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(UsageRow usage, RowIn(rows, row));
    sums.push_back(std::move(usage));
  }
  const bool grouped = query.by_hour || query.by_endpoint || query.by_gpu_type;
  if (sums.empty() && !grouped) sums.emplace_back();
  return sums;
}

absl::StatusOr<std::vector<LedgerLine>> PostgresUsageStore::ListLines(const LedgerQuery& query) {
  std::vector<LedgerLine> lines;
  Place from = PlaceOfLine(query.after_id);
  const auto wanted = static_cast<std::size_t>(query.limit);
  while (lines.size() < wanted) {
    const int limit = std::min(query.limit, kMaxRecordsOfTransaction);
    FURNACE_ASSIGN_OR_RETURN(const Stretch stretch, SelectStretch(pool_, query, from, limit));
    for (LedgerLine& line : LinesIn(stretch)) {
      if (line.id > query.after_id && lines.size() < wanted) lines.push_back(std::move(line));
    }
    if (stretch.complete) break;
    from = stretch.last;
    ++from.position;
  }
  return lines;
}

bool IsReachable(postgres::Pool& pool) { return pool.Exec(sql::kSelectOne, {}).ok(); }

}  // namespace furnace::metering
