#include "services/worker/config.h"

#include <sys/prctl.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "absl/time/clock.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "libs/common/json/json.h"

namespace furnace::worker {
namespace {

constexpr std::size_t kWorkerIdMax = 63;
constexpr char kTokenName[] = "FURNACE_WORKER_TOKEN";

absl::Status Bad(std::string_view name, std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "{}: {}", name, what);
}

bool IsWorkerId(std::string_view id) {
  for (const char c : id) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '-') return false;
  }
  return !id.empty() && id.size() <= kWorkerIdMax;
}

// A path inside a folder, whatever the folder.
bool IsInside(std::string_view path) {
  if (path.empty() || path.front() == '/') return false;
  while (!path.empty()) {
    const std::size_t end = path.find('/');
    if (path.substr(0, end) == "..") return false;
    path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
  }
  return true;
}

absl::StatusOr<std::int64_t> Natural(std::string_view name, std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) {
    return Bad(name, "not a natural number");
  }
  return value;
}

absl::StatusOr<Variables> HandlerVariables(const std::string& json) {
  constexpr std::string_view kName = "FURNACE_HANDLER_ENV";
  if (!json::Validate(json).ok()) return Bad(kName, "not JSON");
  const auto members = json::Members(json);
  if (!members.ok()) return Bad(kName, "not a JSON object");
  Variables variables;
  for (const json::Member& member : *members) {
    const absl::StatusOr<std::string> value = json::AsString(member.value);
    const bool name_fits =
        !member.key.empty() && member.key.find_first_of(std::string("=\0", 2)) == std::string::npos;
    if (!name_fits || !value.ok() || value->find('\0') != std::string::npos) {
      return Bad(kName, fmt::format("'{}' must be a name with a string", member.key));
    }
    variables[member.key] = *value;
  }
  return variables;
}

absl::Status Derive(Config& config) {
  if (!IsWorkerId(config.worker_id)) {
    return Bad("FURNACE_WORKER_ID", "must be 1-63 characters of [A-Za-z0-9-]");
  }
  if (!IsUuid(config.endpoint_id)) return Bad("FURNACE_ENDPOINT_ID", "not a UUID");
  if (!IsInside(config.handler_path)) {
    return Bad("FURNACE_HANDLER_PATH", "must be a path inside FURNACE_HANDLER_DIR");
  }
  FURNACE_ASSIGN_OR_RETURN(config.revision,
                           Natural("FURNACE_ENDPOINT_REVISION", config.endpoint_revision));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t started,
                           Natural("FURNACE_WORKER_STARTED_US", config.started_us));
  const absl::Time now = absl::Now();
  config.started = started == 0 ? now : std::min(now, absl::FromUnixMicros(started));
  FURNACE_ASSIGN_OR_RETURN(config.handler_env, HandlerVariables(config.handler_env_json));
  return absl::OkStatus();
}

}  // namespace

void ReadVariables(config::Env& env, Config& c) {
  env.RequiredText("FURNACE_WORKER_ID", "name of this worker", &c.worker_id);
  env.RequiredText("FURNACE_ENDPOINT_ID", "UUID of the endpoint it serves", &c.endpoint_id);
  env.Text("FURNACE_ENDPOINT_REVISION", "revision it was started for", &c.endpoint_revision);
  env.RequiredText("FURNACE_SCHEDULER_ADDRESS", "host:port of the scheduler", &c.scheduler_address);
  env.Secret(kTokenName, "this worker's credential", &c.worker_token);
  env.Text("FURNACE_GPU_TYPE", "model of its GPUs", &c.gpu_type);
  env.Int("FURNACE_GPU_COUNT", "GPUs it occupies", 0, 16, &c.gpu_count);
  env.Int("FURNACE_VRAM_MIB", "memory of each GPU in MiB, 0: not known", 0, 1 << 30, &c.vram_mib);
  env.Text("FURNACE_WORKER_REGION", "where it is, 1-63 characters of [a-z0-9-]", &c.region);
  env.Bool("FURNACE_WORKER_FEDERATED", "it is on a node that somebody else runs", &c.federated);
  env.Text("FURNACE_NVML_LIBRARY", "library that tells about NVIDIA GPUs, empty: do not ask",
           &c.nvml_library);
  env.Text("CUDA_VISIBLE_DEVICES", "GPUs it uses: indices or UUIDs by commas, or all",
           &c.visible_gpus);
  env.RequiredText("FURNACE_HANDLER_DIR", "folder the handler runs in", &c.handler_dir);
  env.RequiredText("FURNACE_HANDLER_PATH", "the handler's program, relative to the folder",
                   &c.handler_path);
  env.Text("FURNACE_HANDLER_ENV", "variables for the handler, a JSON object of strings",
           &c.handler_env_json);
  env.Text("FURNACE_HANDLER_PYTHONPATH", "folders before the handler's PYTHONPATH",
           &c.handler_python_path);
  env.RequiredText("FURNACE_SPOOL_DIR", "folder for results until they are settled", &c.spool_dir);
  env.Int("FURNACE_WORKER_CONCURRENCY", "jobs the handler runs at a time", 1, 1000, &c.concurrency);
  env.Text("FURNACE_WORKER_STARTED_US", "when it was started, Unix time in us, 0: not known",
           &c.started_us);
  env.Duration("FURNACE_DISCONNECT_LIMIT", "ends when the scheduler is out of reach for this long",
               absl::Seconds(1), absl::Hours(24), &c.disconnect_limit);
  env.Duration("FURNACE_INIT_TIMEOUT", "for the handler to ask for work after its start",
               absl::Seconds(1), absl::Hours(1), &c.init_timeout);
  env.Duration("FURNACE_DRAIN_GRACE", "time for running jobs when told to stop",
               absl::ZeroDuration(), absl::Hours(24), &c.drain_grace);
  env.Duration("FURNACE_CANCEL_GRACE", "from asking a handler to stop a job to killing it",
               absl::ZeroDuration(), absl::Minutes(5), &c.cancel_grace);
  env.Text("FURNACE_METRICS_LISTEN", "address of /metrics and probes, empty: off",
           &c.metrics_listen);
  env.Text("FURNACE_LOG_LEVEL", "trace, debug, info, warn, error or fatal", &c.log_level);
}

absl::StatusOr<Config> LoadConfig(const config::Env::Lookup& lookup) {
  config::Env env(lookup);
  Config config;
  ReadVariables(env, config);
  FURNACE_RETURN_IF_ERROR(env.Finish());
  FURNACE_RETURN_IF_ERROR(Derive(config));
  return config;
}

void HideSecrets() {
  if (char* token = std::getenv(kTokenName)) explicit_bzero(token, std::strlen(token));
  unsetenv(kTokenName);
  prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace furnace::worker
