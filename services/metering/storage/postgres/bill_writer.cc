#include "services/metering/storage/postgres/bill_writer.h"

#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/domain/names.h"
#include "services/metering/storage/postgres/bill_row.h"
#include "services/metering/storage/postgres/columns.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {
namespace {

postgres::Param OptionalInt(std::optional<std::int64_t> value) {
  if (!value) return std::nullopt;
  return std::to_string(*value);
}

postgres::Param OptionalText(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

// Parameters $1 to $21 of insert_usage_records and select_conflicting_records.
std::vector<postgres::Param> RecordColumns(BillRefs bills) {
  const auto text = [&](auto get) {
    return Column(bills, [&](const Bill* bill) { return std::string(get(bill->record)); });
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
          number([](Record record) { return record.cold_start_us; }),
          text([](Record record) { return NameOf(record.kind); }),
          text([](Record record) { return record.warm ? "t" : "f"; }),
          text([](Record record) { return record.covered ? "t" : "f"; }),
          number([](Record record) { return record.vram_mib; }),
          number([](Record record) { return record.bytes; }),
          text([](Record record) { return record.region; }),
          text([](Record record) { return record.tier; }),
          text([](Record record) { return TagText(record.tags); }),
          text([](Record record) { return record.api_key_id; }),
          number([](Record record) { return record.tokens; })};
}

std::vector<RecordKey> KeysIn(const postgres::Rows& rows) {
  std::vector<RecordKey> keys;
  keys.reserve(static_cast<std::size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    keys.push_back({std::string(rows.Text(row, 0)), static_cast<int>(rows.Int(row, 1))});
  }
  return keys;
}

// One entry of all transactions beside the one it belongs to.
struct EntryOf {
  const Transaction* transaction;
  std::size_t position;
  const LedgerEntry* entry;
};

std::vector<EntryOf> EntriesOfAll(const std::vector<ChainedTransaction>& transactions) {
  std::vector<EntryOf> all;
  for (const ChainedTransaction& chained : transactions) {
    std::size_t position = 0;
    for (const LedgerEntry& entry : chained.transaction.entries) {
      all.push_back({&chained.transaction, position++, &entry});
    }
  }
  return all;
}

}  // namespace

absl::StatusOr<Heads> LockLedgers(postgres::Connection& connection,
                                  const std::vector<std::string>& projects) {
  const std::string column = Column(projects, [](const std::string& id) { return id; });
  FURNACE_RETURN_IF_ERROR(connection.Exec(sql::kLockLedgers, {column}).status());
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           connection.Exec(sql::kSelectLedgerHeads, {column}));
  Heads heads;
  for (const std::string& project_id : projects) heads.try_emplace(project_id);
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(const Hash hash, ledger::ParseHash(rows.Text(row, 2)));
    heads[std::string(rows.Text(row, 0))] = {.number = rows.Int(row, 1), .hash = hash};
  }
  return heads;
}

absl::StatusOr<std::vector<RecordKey>> InsertRecords(postgres::Connection& connection,
                                                     BillRefs bills, const Heads& heads) {
  std::vector<postgres::Param> columns = RecordColumns(bills);
  columns.emplace_back(
      Column(bills, [](const Bill* bill) { return OptionalInt(bill->invocation_nanos); }));
  columns.emplace_back(Column(bills, [](const Bill* bill) { return PriceArray(*bill); }));
  columns.emplace_back(IntColumn(
      bills, [&](const Bill* bill) { return heads.at(bill->record.project_id).number + 1; }));
  int position = 0;
  columns.emplace_back(IntColumn(bills, [&](const Bill*) { return position++; }));
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

absl::Status AddHourly(postgres::Connection& connection, BillRefs bills) {
  FURNACE_ASSIGN_OR_RETURN(const auto hours, SumByHour(bills));
  return AddHours(connection, hours);
}

absl::Status AddHours(postgres::Connection& connection, const std::map<HourKey, HourSums>& hours) {
  if (hours.empty()) return absl::OkStatus();
  using Hour = const std::pair<const HourKey, HourSums>&;
  const auto sum = [&](Int128 UsageSums::*field) {
    return Column(hours, [&](Hour hour) { return ToString(hour.second.sums.*field); });
  };
  const std::string projects = Column(hours, [](Hour hour) { return hour.first.project_id; });
  const std::string times = IntColumn(hours, [](Hour hour) { return hour.first.hour_us; });
  const std::string endpoints = Column(hours, [](Hour hour) { return hour.first.endpoint_id; });
  const std::string api_keys = Column(hours, [](Hour hour) { return hour.first.api_key_id; });
  const std::string gpu_time = sum(&UsageSums::gpu_milli_us);
  const std::string cost =
      Column(hours, [](Hour hour) { return ToString(hour.second.sums.cost.value); });
  FURNACE_RETURN_IF_ERROR(
      connection
          .Exec(sql::kAddBudgetSpending, {projects, times, endpoints, api_keys, gpu_time, cost})
          .status());
  return connection
      .Exec(
          sql::kAddHourlyUsage,
          {projects, times, endpoints, Column(hours, [](Hour hour) { return hour.first.gpu_type; }),
           api_keys, gpu_time, sum(&UsageSums::credited_gpu_milli_us),
           sum(&UsageSums::unpriced_gpu_milli_us), sum(&UsageSums::invocations),
           sum(&UsageSums::cold_start_us), sum(&UsageSums::covered_gpu_milli_us),
           sum(&UsageSums::byte_us), sum(&UsageSums::tokens), cost,
           IntColumn(hours, [](Hour hour) { return hour.second.first_us; }),
           IntColumn(hours, [](Hour hour) { return hour.second.last_us; })})
      .status();
}

absl::Status InsertTransactions(postgres::Connection& connection,
                                const std::vector<ChainedTransaction>& transactions) {
  if (transactions.empty()) return absl::OkStatus();
  using Chained = const ChainedTransaction&;
  const std::vector<EntryOf> entries = EntriesOfAll(transactions);
  return connection
      .Exec(
          sql::kInsertLedgerTransactions,
          {Column(transactions, [](Chained c) { return c.transaction.project_id; }),
           IntColumn(transactions, [](Chained c) { return c.transaction.number; }),
           IntColumn(transactions, [](Chained c) { return c.transaction.time_us; }),
           Column(transactions, [](Chained c) { return c.transaction.reason; }),
           Column(transactions, [](Chained c) { return c.transaction.reference; }),
           IntColumn(transactions, [](Chained c) { return c.transaction.records; }),
           Column(transactions, [](Chained c) { return ledger::ToHex(c.transaction.root); }),
           Column(transactions, [](Chained c) { return ledger::ToHex(c.hash); }),
           Column(entries, [](const EntryOf& e) { return e.transaction->project_id; }),
           IntColumn(entries, [](const EntryOf& e) { return e.transaction->number; }),
           IntColumn(entries, [](const EntryOf& e) { return e.position; }),
           Column(entries, [](const EntryOf& e) { return std::string(NameOf(e.entry->account)); }),
           Column(entries, [](const EntryOf& e) { return std::string(NameOf(e.entry->kind)); }),
           Column(entries, [](const EntryOf& e) { return OptionalText(e.entry->endpoint_id); }),
           Column(entries, [](const EntryOf& e) { return e.entry->gpu_type; }),
           Column(entries, [](const EntryOf& e) { return OptionalInt(e.entry->price_nanos); }),
           Column(entries, [](const EntryOf& e) { return ToString(e.entry->quantity); }),
           Column(entries, [](const EntryOf& e) { return ToString(e.entry->amount.value); })})
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

}  // namespace furnace::metering
