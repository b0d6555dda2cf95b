#pragma once

#include <string>
#include <vector>

#include "cli/dev/suite.h"
#include "cli/dev/supervisor.h"

namespace furnace::dev {

/// What a person sees once the suite is ready: addresses, key, what to try.
/// `seconds` is how long the start took, as text.
std::string Panel(const Suite& suite, const std::string& seconds, bool coloured);

/// What a script reads: one JSON object with `url`, `grpc`, `api_key`, `data`,
/// `logs`, `pid`, `pids` by service, `redis_url`, `postgres_dsn`, `gpus`.
std::string ReadyJson(const Suite& suite, const std::vector<Supervisor::Running>& running);

}  // namespace furnace::dev
