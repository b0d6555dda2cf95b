#include "services/metering/storage/postgres/bill_writer.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/domain/usage_sums.h"
#include "services/metering/storage/postgres/columns.h"
#include "services/metering/storage/postgres/names.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {
namespace {

// Keeps a statement's time far below its timeout, however long the leases are.
constexpr std::size_t kMaxEntriesPerStatement = 10'000;

// A bill's segment or entry beside the record it belongs to.
template <typename Part>
struct PartOf {
  const UsageRecord* record;
  const Part* part;
};

template <typename Part>
std::vector<PartOf<Part>> PartsOfAll(BillRefs bills, std::vector<Part> Bill::*parts) {
  std::vector<PartOf<Part>> all;
  for (const Bill* bill : bills) {
    for (const Part& part : bill->*parts) all.push_back({&bill->record, &part});
  }
  return all;
}

postgres::Param OptionalInt(std::optional<std::int64_t> value) {
  if (!value) return std::nullopt;
  return std::to_string(*value);
}

// Parameters $1 to $11 of insert_usage_records and select_conflicting_records.
std::vector<postgres::Param> RecordColumns(BillRefs bills) {
  const auto text = [&](auto get) {
    return Column(bills, [&](const Bill* bill) { return get(bill->record); });
  };
  const auto number = [&](auto get) {
    return IntColumn(bills, [&](const Bill* bill) { return get(bill->record); });
  };
  using Record = const UsageRecord&;
  return {text([](Record record) { return record.key.job_id; }),
          number([](Record record) { return record.key.epoch; }),
          text([](Record record) { return record.project_id; }),
          text([](Record record) { return record.endpoint_id; }),
          text([](Record record) { return record.worker_id; }),
          text([](Record record) { return record.gpu_type; }),
          number([](Record record) { return record.milli_gpus; }),
          number([](Record record) { return record.start_us; }),
          number([](Record record) { return record.end_us; }),
          text([](Record record) { return NameOf(record.cause); }),
          number([](Record record) { return record.cold_start_us; })};
}

std::vector<RecordKey> KeysIn(const postgres::Rows& rows) {
  std::vector<RecordKey> keys;
  keys.reserve(static_cast<std::size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    keys.push_back({std::string(rows.Text(row, 0)), static_cast<int>(rows.Int(row, 1))});
  }
  return keys;
}

absl::Status InsertSegments(postgres::Connection& connection, BillRefs bills) {
  using SegmentOf = const PartOf<Segment>&;
  const std::vector<PartOf<Segment>> all = PartsOfAll(bills, &Bill::segments);
  if (all.empty()) return absl::OkStatus();
  return connection
      .Exec(sql::kInsertUsageSegments,
            {Column(all, [](SegmentOf s) { return s.record->key.job_id; }),
             IntColumn(all, [](SegmentOf s) { return s.record->key.epoch; }),
             IntColumn(all, [](SegmentOf s) { return s.part->span.start_us; }),
             IntColumn(all, [](SegmentOf s) { return s.part->span.end_us; }),
             Column(all, [](SegmentOf s) { return OptionalInt(s.part->price_nanos); })})
      .status();
}

absl::Status AddHourly(postgres::Connection& connection, BillRefs bills) {
  FURNACE_ASSIGN_OR_RETURN(const auto hours, SumByHour(bills));
  if (hours.empty()) return absl::OkStatus();
  using Hour = const std::pair<const HourKey, UsageSums>&;
  const auto sum = [&](Int128 UsageSums::*field) {
    return Column(hours, [&](Hour hour) { return ToString(hour.second.*field); });
  };
  return connection
      .Exec(sql::kAddHourlyUsage,
            {Column(hours, [](Hour hour) { return hour.first.project_id; }),
             IntColumn(hours, [](Hour hour) { return hour.first.hour_us; }),
             Column(hours, [](Hour hour) { return hour.first.endpoint_id; }),
             Column(hours, [](Hour hour) { return hour.first.gpu_type; }),
             sum(&UsageSums::gpu_milli_us), sum(&UsageSums::credited_gpu_milli_us),
             sum(&UsageSums::unpriced_gpu_milli_us), sum(&UsageSums::invocations),
             sum(&UsageSums::cold_start_us),
             Column(hours, [](Hour hour) { return ToString(hour.second.cost.value); })})
      .status();
}

absl::Status LockLedgers(postgres::Connection& connection, BillRefs bills) {
  std::set<std::string> projects;
  for (const Bill* bill : bills) projects.insert(bill->record.project_id);
  return connection
      .Exec(sql::kLockLedgers, {Column(projects, [](const std::string& id) { return id; })})
      .status();
}

absl::Status InsertEntries(postgres::Connection& connection, BillRefs bills) {
  using EntryOf = const PartOf<Entry>&;
  std::vector<const UsageRecord*> records;
  for (const Bill* bill : bills) {
    if (!bill->entries.empty()) records.push_back(&bill->record);
  }
  if (records.empty()) return absl::OkStatus();
  const std::vector<PartOf<Entry>> all = PartsOfAll(bills, &Bill::entries);
  return connection
      .Exec(sql::kInsertLedgerEntries,
            {Column(records, [](const UsageRecord* record) { return record->key.job_id; }),
             IntColumn(records, [](const UsageRecord* record) { return record->key.epoch; }),
             Column(all, [](EntryOf e) { return e.record->key.job_id; }),
             IntColumn(all, [](EntryOf e) { return e.record->key.epoch; }),
             Column(all, [](EntryOf e) { return NameOf(e.part->account); }),
             Column(all, [](EntryOf e) { return NameOf(e.part->kind); }),
             Column(all, [](EntryOf e) { return ToString(e.part->amount.value); }),
             IntColumn(all, [](EntryOf e) { return e.part->span.start_us; }),
             IntColumn(all, [](EntryOf e) { return e.part->span.end_us; }),
             IntColumn(all, [](EntryOf e) { return e.part->gpu_milli_us; }),
             IntColumn(all, [](EntryOf e) { return e.part->unit_price_nanos; })})
      .status();
}

absl::Status AppendOutbox(postgres::Connection& connection, BillRefs bills) {
  if (bills.empty()) return absl::OkStatus();
  return connection
      .Exec(sql::kAppendOutbox,
            {Column(bills, [](const Bill* bill) { return bill->record.key.job_id; }),
             IntColumn(bills, [](const Bill* bill) { return bill->record.key.epoch; })})
      .status();
}

using Write = absl::Status (*)(postgres::Connection&, BillRefs);

// Calls `write` with some of the bills after others, until all are written.
absl::Status InChunks(postgres::Connection& connection, BillRefs bills, Write write) {
  while (!bills.empty()) {
    std::size_t count = 0;
    std::size_t entries = 0;
    while (count < bills.size() && (count == 0 || entries < kMaxEntriesPerStatement)) {
      entries += bills[count++]->entries.size();
    }
    FURNACE_RETURN_IF_ERROR(write(connection, bills.first(count)));
    bills = bills.subspan(count);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<RecordKey>> InsertRecords(postgres::Connection& connection,
                                                     BillRefs bills) {
  std::vector<postgres::Param> columns = RecordColumns(bills);
  columns.emplace_back(
      Column(bills, [](const Bill* bill) { return OptionalInt(bill->invocation_nanos); }));
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           connection.Exec(sql::kInsertUsageRecords, columns));
  return KeysIn(rows);
}

absl::StatusOr<std::vector<RecordKey>> FindConflicts(postgres::Connection& connection,
                                                     BillRefs bills) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           connection.Exec(sql::kSelectConflictingRecords, RecordColumns(bills)));
  return KeysIn(rows);
}

absl::Status WriteBooks(postgres::Connection& connection, BillRefs bills) {
  FURNACE_RETURN_IF_ERROR(InChunks(connection, bills, InsertSegments));
  FURNACE_RETURN_IF_ERROR(AddHourly(connection, bills));
  FURNACE_RETURN_IF_ERROR(LockLedgers(connection, bills));
  FURNACE_RETURN_IF_ERROR(InChunks(connection, bills, InsertEntries));
  return AppendOutbox(connection, bills);
}

}  // namespace furnace::metering
