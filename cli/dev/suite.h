#pragma once

#include <string>
#include <vector>

#include "cli/dev/data_folder.h"
#include "cli/dev/layout.h"
#include "cli/dev/ports.h"
#include "cli/dev/service.h"

namespace furnace::dev {

/// All that the services' settings follow from.
struct Suite {
  Layout layout;
  Ports ports;
  Secrets secrets;
  std::string gpus;                           // FURNACE_PROCESS_GPUS.
  std::vector<std::string> base_environment;  // What every process gets.
};

/// Our own environment as the services should have it: without our settings'
/// variables but the log level, so that a stray FURNACE_LISTEN does no harm, and with
/// the mark that FindLeftovers looks for.
std::vector<std::string> BaseEnvironment(const char* const* environment,
                                         const std::filesystem::path& data);

std::string GatewayUrl(const Suite& suite);
std::string RedisUrl(const Suite& suite);
/// A libpq connection string, password included.
std::string PostgresDsn(const Suite& suite);

/// The four control-plane services in the order they start. docs/configuration of
/// each binary: its --help.
std::vector<Service> ControlPlane(const Suite& suite);

}  // namespace furnace::dev
