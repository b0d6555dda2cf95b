#include "services/metering/storage/postgres/usage_store.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/storage/postgres/bill_writer.h"
#include "services/metering/storage/postgres/columns.h"
#include "services/metering/storage/postgres/names.h"
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

absl::StatusOr<StoreOutcome> RecordIn(postgres::Connection& connection,
                                      std::span<const Bill> bills) {
  IndexByKey index_by_key;
  std::vector<const Bill*> all;
  for (std::size_t index = 0; index < bills.size(); ++index) {
    index_by_key.emplace(bills[index].record.key, index);
    all.push_back(&bills[index]);
  }
  StoreOutcome outcome;
  FURNACE_ASSIGN_OR_RETURN(const std::vector<RecordKey> added, InsertRecords(connection, all));
  FURNACE_ASSIGN_OR_RETURN(outcome.recorded, IndexesOf(added, index_by_key));
  if (added.size() < bills.size()) {
    const std::vector<const Bill*> known = Pick(bills, AllBut(bills.size(), outcome.recorded));
    FURNACE_ASSIGN_OR_RETURN(const std::vector<RecordKey> keys, FindConflicts(connection, known));
    FURNACE_ASSIGN_OR_RETURN(outcome.conflicting, IndexesOf(keys, index_by_key));
  }
  FURNACE_RETURN_IF_ERROR(WriteBooks(connection, Pick(bills, outcome.recorded)));
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
  FURNACE_ASSIGN_OR_RETURN(sums.cost.value, ParseInt128(rows.Text(row, 8)));
  return usage;
}

absl::StatusOr<LedgerLine> LineIn(const postgres::Rows& rows, int row) {
  LedgerLine line{.id = rows.Int(row, 0),
                  .recorded_us = rows.Int(row, 1),
                  .key = {std::string(rows.Text(row, 2)), static_cast<int>(rows.Int(row, 3))},
                  .endpoint_id = std::string(rows.Text(row, 4)),
                  .gpu_type = std::string(rows.Text(row, 5))};
  FURNACE_ASSIGN_OR_RETURN(line.entry.kind, ParseEntryKind(rows.Text(row, 6)));
  FURNACE_ASSIGN_OR_RETURN(line.entry.amount.value, ParseInt128(rows.Text(row, 7)));
  line.entry.span = {rows.Int(row, 8), rows.Int(row, 9)};
  line.entry.gpu_milli_us = rows.Int(row, 10);
  line.entry.unit_price_nanos = rows.Int(row, 11);
  return line;
}

}  // namespace

absl::StatusOr<StoreOutcome> PostgresUsageStore::Record(std::span<const Bill> bills) {
  StoreOutcome outcome;
  FURNACE_RETURN_IF_ERROR(pool_.Transact([&](postgres::Connection& connection) -> absl::Status {
    FURNACE_ASSIGN_OR_RETURN(outcome, RecordIn(connection, bills));
    return absl::OkStatus();
  }));
  return outcome;
}

absl::StatusOr<std::vector<UsageRow>> PostgresUsageStore::Sum(const UsageQuery& query, int limit) {
  const PeriodParts parts = PartsOf(query);
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(
          sql::kSelectUsage,
          {query.project_id, std::to_string(parts.whole_hours.start_us),
           std::to_string(parts.whole_hours.end_us),
           IntColumn(parts.edges, [](const Span& edge) { return edge.start_us; }),
           IntColumn(parts.edges, [](const Span& edge) { return edge.end_us; }), query.endpoint_id,
           query.job_id, BoolParam(query.by_hour), BoolParam(query.by_endpoint),
           BoolParam(query.by_gpu_type), std::to_string(limit)}));
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
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectLedgerLines, {query.project_id, query.job_id,
                                                                std::to_string(query.after_id),
                                                                std::to_string(query.limit)}));
  std::vector<LedgerLine> lines;
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(LedgerLine line, LineIn(rows, row));
    lines.push_back(std::move(line));
  }
  return lines;
}

bool IsReachable(postgres::Pool& pool) { return pool.Exec(sql::kSelectOne, {}).ok(); }

}  // namespace furnace::metering
