#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace furnace::scheduler {

/// The IANA time zone of this name, e.g. "Europe/Berlin", as the system's tzdata has
/// it; "" and "UTC" are UTC. INVALID_ARGUMENT for a name that is none, an offset or
/// an abbreviation among them. Safe for names from anybody. Thread-safe.
absl::StatusOr<absl::TimeZone> FindTimeZone(std::string_view name);

}  // namespace furnace::scheduler
