#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace furnace::postgres {

/// One step of a schema: the text of migrations/<service>/NNNN_<verb_noun>.up.sql.
struct Migration {
  std::string_view name;  // The file's name up to the first dot; orders the steps.
  std::string_view sql;
};

/// Brings the schema of `service` up to date: runs, in order and each in a
/// transaction of its own, the migrations that public.furnace_migrations does not
/// list. Replicas that start together take turns by an advisory lock, which needs
/// a direct connection and not a pooled one.
absl::Status Migrate(const std::string& dsn, std::string_view service,
                     std::span<const Migration> migrations);

}  // namespace furnace::postgres
