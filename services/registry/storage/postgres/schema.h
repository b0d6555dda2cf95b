#pragma once

#include <string>

#include "absl/status/status.h"

namespace furnace::registry {

/// Brings schema `registry` of the database up to date. Any number of replicas may
/// do so at a time; see postgres::Migrate.
absl::Status MigrateSchema(const std::string& dsn);

}  // namespace furnace::registry
