// The suite's private Redis and PostgreSQL.
#pragma once

#include "absl/status/statusor.h"
#include "cli/dev/service.h"
#include "cli/dev/suite.h"

namespace furnace::dev {

/// Redis that syncs every write before it answers, refuses writes rather than
/// evict, and holds 256 MiB: what the production advice says. Writes its
/// configuration into the data folder.
absl::StatusOr<Service> RedisServer(const Suite& suite);

/// PostgreSQL on loopback, with a password. Makes the cluster on first use, which
/// takes a few seconds.
///
/// PostgreSQL refuses to run as root: there it runs as the user postgres. Its data
/// stays in the data folder even where that user may not go (below /root, say): it
/// gets the folder as an open descriptor.
absl::StatusOr<Service> PostgresServer(const Suite& suite);

}  // namespace furnace::dev
