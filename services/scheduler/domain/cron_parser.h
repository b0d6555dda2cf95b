#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "services/scheduler/domain/cron.h"

namespace furnace::scheduler {

/// Parses a cron expression: "minute hour day-of-month month day-of-week", or one of
/// @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually. A field is a list,
/// by commas, of values, ranges "a-b" and "*", the latter two with a step "/n". Months
/// and weekdays may be given by their first three letters; Sunday is 0 and 7.
///
/// INVALID_ARGUMENT says which field is wrong and why; also for an expression of more
/// than 256 bytes and for one that never fires.
absl::StatusOr<Cron> ParseCron(std::string_view text);

}  // namespace furnace::scheduler
