// Rows of the sinks' tables as the app's values.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/postgres/connection.h"
#include "services/metering/app/sink_ports.h"

namespace furnace::metering {

/// Of columns cursor, failures, retry_at, last_error, delivered_events, delivered_at from
/// `first` on.
SinkState SinkStateIn(const postgres::Rows& rows, int row, int first);

/// Of select_sink_report.
SinkReport SinkReportIn(const postgres::Rows& rows, int row);

/// Of select_outbox_records: each record once, with all its segments. INTERNAL for a cause
/// that this build does not know.
absl::StatusOr<std::vector<SinkWork>> SinkWorkIn(const postgres::Rows& rows);

/// Of select_sink_poisoned.
PoisonedEvent PoisonedEventIn(const postgres::Rows& rows, int row);

}  // namespace furnace::metering
