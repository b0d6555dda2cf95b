// From the configuration to what the agent's parts are built with.
#pragma once

#include <string>

#include "services/worker/app/agent.h"
#include "services/worker/config.h"
#include "services/worker/process/spawn.h"

namespace furnace::worker {

AgentOptions AgentOptionsFrom(const Config& config);

/// The handler's command line and environment, for an agent that listens at
/// `base_url` and lets in who knows `secret`.
Command HandlerCommandFor(const Config& config, const std::string& base_url,
                          const std::string& secret);

/// As sysexits.h has it.
int ExitCodeOf(Ending ending);

}  // namespace furnace::worker
