#include "services/metering/storage/postgres/sink_store.h"

#include <map>
#include <set>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/storage/postgres/columns.h"
#include "services/metering/storage/postgres/sink_rows.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {
namespace {

constexpr int kRecordsForOldest = 1'000;

std::string BoolText(bool value) { return value ? "true" : "false"; }

std::string TextColumn(const std::vector<std::string>& texts) {
  return Column(texts, [](const std::string& text) { return text; });
}

absl::Status WriteHeld(postgres::Connection& connection, const SinkProgress& progress) {
  const std::vector<HeldRecord>& held = progress.held;
  if (!held.empty()) {
    FURNACE_RETURN_IF_ERROR(
        connection
            .Exec(sql::kInsertSinkHeld,
                  {progress.sink, IntColumn(held, [](const HeldRecord& one) { return one.seq; }),
                   Column(held, [](const HeldRecord& one) { return one.record.job_id; }),
                   IntColumn(held, [](const HeldRecord& one) { return one.record.epoch; }),
                   Column(held, [](const HeldRecord& one) { return one.project_id; })})
            .status());
  }
  if (progress.released.empty()) return absl::OkStatus();
  return connection
      .Exec(sql::kDeleteSinkHeld,
            {progress.sink, IntColumn(progress.released, [](std::int64_t seq) { return seq; })})
      .status();
}

absl::Status WritePoisoned(postgres::Connection& connection, const SinkProgress& progress) {
  using Event = const PoisonedEvent&;
  const std::vector<PoisonedEvent>& events = progress.poisoned;
  if (!events.empty()) {
    FURNACE_RETURN_IF_ERROR(
        connection
            .Exec(sql::kUpsertSinkPoisoned,
                  {progress.sink, Column(events, [](Event one) { return one.key; }),
                   IntColumn(events, [](Event one) { return one.seq; }),
                   Column(events, [](Event one) { return one.record.job_id; }),
                   IntColumn(events, [](Event one) { return one.record.epoch; }),
                   Column(events, [](Event one) { return one.project_id; }),
                   Column(events, [](Event one) { return one.event_type; }),
                   Column(events, [](Event one) { return one.error; })})
            .status());
  }
  if (progress.cured.empty()) return absl::OkStatus();
  return connection.Exec(sql::kDeleteSinkPoisoned, {progress.sink, TextColumn(progress.cured)})
      .status();
}

absl::Status Advance(postgres::Connection& connection, const SinkProgress& progress) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      connection.Exec(
          sql::kAdvanceSink,
          {progress.sink, progress.owner, std::to_string(progress.cursor_before),
           std::to_string(progress.cursor), std::to_string(progress.delivered_events)}));
  if (rows.affected() == 1) return absl::OkStatus();
  return Error(absl::StatusCode::kAborted, "sink {}: another process has gone on", progress.sink);
}

// The page's records, each once, as $2 to $4 of select_outbox_records.
std::vector<postgres::Param> KeysIn(const std::string& sink, const postgres::Rows& page) {
  std::set<std::int64_t> seen;
  std::vector<int> rows;
  for (int row = 0; row < page.size(); ++row) {
    if (seen.insert(page.Int(row, 0)).second) rows.push_back(row);
  }
  const auto column = [&](int index) {
    return Column(rows, [&](int row) { return std::string(page.Text(row, index)); });
  };
  return {sink, column(0), column(1), column(2)};
}

}  // namespace

absl::StatusOr<std::optional<SinkState>> PostgresSinkStore::Claim(const std::string& sink,
                                                                  const std::string& owner,
                                                                  absl::Duration lease) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kClaimSink, {sink, owner, std::to_string(absl::ToInt64Milliseconds(lease))}));
  if (rows.empty()) return std::nullopt;
  SinkState state = SinkStateIn(rows, 0, 0);
  state.name = sink;
  return state;
}

absl::StatusOr<postgres::Rows> PostgresSinkStore::Page(const std::string& sink, SinkSource source,
                                                       std::int64_t cursor, int limit,
                                                       bool unmapped_too) {
  switch (source) {
    case SinkSource::kOutbox:
      return pool_.Exec(sql::kSelectOutboxPage, {std::to_string(cursor), std::to_string(limit)});
    case SinkSource::kHeld:
      return pool_.Exec(sql::kSelectHeldPage,
                        {sink, std::to_string(limit), BoolText(unmapped_too)});
    case SinkSource::kRedrive:
      return pool_.Exec(sql::kSelectRedrivePage, {sink, std::to_string(limit)});
  }
  return absl::InternalError("no such source of a sink");
}

absl::StatusOr<std::vector<SinkWork>> PostgresSinkStore::Next(const std::string& sink,
                                                              SinkSource source,
                                                              std::int64_t cursor, int limit,
                                                              bool unmapped_too) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows page,
                           Page(sink, source, cursor, limit, unmapped_too));
  if (page.empty()) return std::vector<SinkWork>{};
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectOutboxRecords, KeysIn(sink, page)));
  FURNACE_ASSIGN_OR_RETURN(std::vector<SinkWork> work, SinkWorkIn(rows));
  if (source != SinkSource::kRedrive) return work;
  std::map<std::int64_t, std::vector<std::string>> keys;
  for (int row = 0; row < page.size(); ++row) {
    keys[page.Int(row, 0)].emplace_back(page.Text(row, 3));
  }
  for (SinkWork& item : work) item.only_keys = keys[item.record.seq];
  return work;
}

absl::Status PostgresSinkStore::Commit(const SinkProgress& progress) {
  return pool_.Transact([&](postgres::Connection& connection) -> absl::Status {
    FURNACE_RETURN_IF_ERROR(Advance(connection, progress));
    FURNACE_RETURN_IF_ERROR(WriteHeld(connection, progress));
    return WritePoisoned(connection, progress);
  });
}

absl::Status PostgresSinkStore::Fail(const std::string& sink, const std::string& owner,
                                     const std::string& error, absl::Time retry_at) {
  return pool_.Exec(sql::kFailSink, {sink, owner, error, postgres::TimeParam(retry_at)}).status();
}

absl::StatusOr<std::vector<SinkReport>> PostgresSinkStore::Report() {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kSelectSinkReport, {std::to_string(kRecordsForOldest)}));
  std::vector<SinkReport> reports;
  for (int row = 0; row < rows.size(); ++row) reports.push_back(SinkReportIn(rows, row));
  return reports;
}

absl::StatusOr<std::vector<std::string>> PostgresSinkStore::Names() {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows, pool_.Exec(sql::kSelectSinkNames, {}));
  std::vector<std::string> names;
  for (int row = 0; row < rows.size(); ++row) names.emplace_back(rows.Text(row, 0));
  return names;
}

absl::StatusOr<std::vector<PoisonedEvent>> PostgresSinkStore::ListPoisoned(
    const std::string& sink, const std::string& after_key, int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectSinkPoisoned, {sink, after_key, std::to_string(limit)}));
  std::vector<PoisonedEvent> events;
  for (int row = 0; row < rows.size(); ++row) events.push_back(PoisonedEventIn(rows, row));
  return events;
}

absl::StatusOr<std::int64_t> PostgresSinkStore::Redrive(const std::string& sink,
                                                        const std::vector<std::string>& keys) {
  const postgres::Param which = keys.empty() ? postgres::Param() : TextColumn(keys);
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows, pool_.Exec(sql::kMarkRedrive, {sink, which}));
  return rows.affected();
}

absl::Status PostgresSinkStore::SetProject(const SinkProject& project) {
  return pool_.Exec(sql::kUpsertSinkProject, {project.sink, project.project_id, project.account_id})
      .status();
}

absl::StatusOr<std::vector<SinkProject>> PostgresSinkStore::ListProjects(
    const std::string& sink, const std::string& after_id, int limit) {
  const postgres::Param after = after_id.empty() ? postgres::Param() : after_id;
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectSinkProjects, {sink, after, std::to_string(limit)}));
  std::vector<SinkProject> projects;
  for (int row = 0; row < rows.size(); ++row) {
    projects.push_back({sink, std::string(rows.Text(row, 0)), std::string(rows.Text(row, 1))});
  }
  return projects;
}

}  // namespace furnace::metering
