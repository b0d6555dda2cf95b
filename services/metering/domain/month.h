// Calendar months, UTC, as microseconds since the Unix epoch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/metering/domain/usage.h"

namespace furnace::metering {

/// The month that `time_us` lies in.
Span MonthAt(std::int64_t time_us);

/// The month that `text`, "2026-03", names. INVALID_ARGUMENT for anything else, and for
/// months before 2020 or after 9998.
absl::StatusOr<Span> ParseMonth(std::string_view text);

/// "2026-03" for a whole month; else "2026-03-01T00:00:00Z/2026-03-01T05:00:00Z".
std::string PeriodText(Span period);

/// RFC 3339 in UTC, with microseconds only where there are any.
std::string TimeText(std::int64_t time_us);

}  // namespace furnace::metering
