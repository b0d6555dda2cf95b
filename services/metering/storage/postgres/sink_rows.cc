#include "services/metering/storage/postgres/sink_rows.h"

#include <string>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/domain/names.h"

namespace furnace::metering {
namespace {

std::string TextIn(const postgres::Rows& rows, int row, int column) {
  return std::string(rows.Text(row, column));
}

std::optional<std::int64_t> OptionalInt(const postgres::Rows& rows, int row, int column) {
  if (rows.IsNull(row, column)) return std::nullopt;
  return rows.Int(row, column);
}

absl::StatusOr<SinkWork> RecordIn(const postgres::Rows& rows, int row) {
  SinkWork work;
  work.record.seq = rows.Int(row, 0);
  UsageRecord& record = work.record.record;
  record.key = {TextIn(rows, row, 1), static_cast<int>(rows.Int(row, 2))};
  record.project_id = rows.Text(row, 3);
  record.endpoint_id = rows.Text(row, 4);
  record.worker_id = rows.Text(row, 5);
  record.gpu_type = rows.Text(row, 6);
  record.milli_gpus = rows.Int(row, 7);
  record.start_us = rows.Int(row, 8);
  record.end_us = rows.Int(row, 9);
  FURNACE_ASSIGN_OR_RETURN(record.cause, ParseCause(rows.Text(row, 10)));
  record.cold_start_us = rows.Int(row, 11);
  work.record.invocation_nanos = OptionalInt(rows, row, 12);
  if (!rows.IsNull(row, 13)) work.account_id = TextIn(rows, row, 13);
  FURNACE_ASSIGN_OR_RETURN(record.kind, ParseUsageKind(rows.Text(row, 17)));
  record.warm = rows.Bool(row, 18);
  record.bytes = rows.Int(row, 19);
  record.covered = rows.Bool(row, 20);
  return work;
}

}  // namespace

SinkState SinkStateIn(const postgres::Rows& rows, int row, int first) {
  SinkState state;
  state.cursor = rows.Int(row, first);
  state.failures = static_cast<int>(rows.Int(row, first + 1));
  state.retry_at = rows.Time(row, first + 2);
  state.last_error = rows.Text(row, first + 3);
  state.delivered_events = rows.Int(row, first + 4);
  state.delivered_at = rows.Time(row, first + 5);
  return state;
}

SinkReport SinkReportIn(const postgres::Rows& rows, int row) {
  SinkReport report{.state = SinkStateIn(rows, row, 1)};
  report.state.name = rows.Text(row, 0);
  report.pending_records = rows.Int(row, 7);
  report.held_records = rows.Int(row, 8);
  report.poisoned_events = rows.Int(row, 9);
  report.oldest_hour_end = rows.Time(row, 10);
  return report;
}

absl::StatusOr<std::vector<SinkWork>> SinkWorkIn(const postgres::Rows& rows) {
  std::vector<SinkWork> work;
  for (int row = 0; row < rows.size(); ++row) {
    if (work.empty() || work.back().record.seq != rows.Int(row, 0)) {
      FURNACE_ASSIGN_OR_RETURN(SinkWork next, RecordIn(rows, row));
      work.push_back(std::move(next));
    }
    if (rows.IsNull(row, 14)) continue;
    work.back().record.segments.push_back({.span = {rows.Int(row, 14), rows.Int(row, 15)},
                                           .price_nanos = OptionalInt(rows, row, 16)});
  }
  return work;
}

PoisonedEvent PoisonedEventIn(const postgres::Rows& rows, int row) {
  PoisonedEvent event;
  event.key = rows.Text(row, 0);
  event.seq = rows.Int(row, 1);
  event.record = {TextIn(rows, row, 2), static_cast<int>(rows.Int(row, 3))};
  event.project_id = rows.Text(row, 4);
  event.event_type = rows.Text(row, 5);
  event.error = rows.Text(row, 6);
  event.attempts = static_cast<int>(rows.Int(row, 7));
  event.first_at = absl::FromUnixMicros(rows.Int(row, 8));
  event.last_at = absl::FromUnixMicros(rows.Int(row, 9));
  event.redrive = rows.Bool(row, 10);
  return event;
}

}  // namespace furnace::metering
