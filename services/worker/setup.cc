#include "services/worker/setup.h"

#include <sysexits.h>
#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <system_error>
#include <thread>

namespace furnace::worker {
namespace {

// A key in its owner's ~/.runpod/config.toml would take the place of the handler's secret
// in all that a RunPod SDK says of jobs.
bool HasForeignKey(const std::string& home) {
  std::error_code error;
  return std::filesystem::exists(home + "/.runpod/config.toml", error);
}

Variables OwnEnvironment() {
  Variables variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return variables;
}

}  // namespace

AgentOptions AgentOptionsFrom(const Config& config) {
  AgentOptions options;
  options.identity.worker_id = config.worker_id;
  options.identity.endpoint_id = config.endpoint_id;
  options.identity.endpoint_revision = config.revision;
  options.identity.gpu_type = config.gpu_type;
  options.identity.gpu_count = config.gpu_count;
  options.identity.vram_mib = config.vram_mib;
  options.identity.region = config.region;
  options.identity.federated = config.federated;
  options.identity.version = FURNACE_VERSION;
  options.concurrency = config.concurrency;
  options.started = config.started;
  options.init_timeout = config.init_timeout;
  options.drain_grace = config.drain_grace;
  options.cancel_grace = config.cancel_grace;
  options.disconnect_limit = config.disconnect_limit;
  return options;
}

Command HandlerCommandFor(const Config& config, const std::string& base_url,
                          const std::string& secret) {
  HandlerFacts facts;
  facts.base_url = base_url;
  facts.secret = secret;
  facts.worker_id = config.worker_id;
  facts.endpoint_id = config.endpoint_id;
  facts.gpu_type = config.gpu_type;
  facts.gpu_count = config.gpu_count;
  facts.cpu_count = static_cast<int>(std::thread::hardware_concurrency());
  facts.region = config.region;
  facts.init_timeout = config.init_timeout;
  facts.python_path = config.handler_python_path;
  Command command;
  command.arguments = HandlerCommand(config.handler_path);
  command.folder = config.handler_dir;
  Variables inherited = OwnEnvironment();
  if (const auto home = inherited.find("HOME"); home != inherited.end()) {
    if (HasForeignKey(home->second)) home->second = config.handler_dir;
  }
  command.environment = HandlerEnvironment(inherited, config.handler_env, facts);
  return command;
}

int ExitCodeOf(Ending ending) {
  switch (ending) {
    case Ending::kDrained: return EX_OK;
    case Ending::kRefused: return EX_NOPERM;
    case Ending::kMisplaced: return EX_CONFIG;
    case Ending::kDisconnected:
    case Ending::kNotReady: return EX_UNAVAILABLE;
  }
  return EX_SOFTWARE;
}

}  // namespace furnace::worker
