#pragma once

#include <string>

namespace furnace::dev {

// Whether a server of this machine takes work now. Each answers within about two
// seconds.

/// A service's /readyz on its metrics port says 200.
bool IsHttpReady(int metrics_port);
/// Redis answers PING: it has loaded its data.
bool IsRedisReady(const std::string& url);
/// PostgreSQL accepts a connection: it has recovered.
bool IsPostgresReady(const std::string& dsn);

}  // namespace furnace::dev
