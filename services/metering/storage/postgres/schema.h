#pragma once

#include <string>

#include "absl/status/status.h"

namespace furnace::metering {

/// Brings schema metering up to date with migrations/metering. `dsn` is a libpq
/// connection string; see postgres::Migrate.
absl::Status MigrateSchema(const std::string& dsn);

}  // namespace furnace::metering
