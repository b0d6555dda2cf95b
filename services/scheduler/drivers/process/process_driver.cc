#include "services/scheduler/drivers/process/process_driver.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/time/clock.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "libs/common/json/json.h"
#include "libs/common/rpc/worker_token.h"
#include "services/scheduler/drivers/process/gpu_inventory.h"

namespace furnace::scheduler {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFileScheme = "file://";
constexpr absl::Duration kTokenLife = absl::Hours(24 * 30);
constexpr absl::Duration kPoll = absl::Milliseconds(20);

std::string JsonObject(const std::map<std::string, std::string>& members) {
  std::string text = "{";
  for (const auto& [name, value] : members) {
    if (text.size() > 1) text += ",";
    text += fmt::format("{}:{}", json::Quote(name), json::Quote(value));
  }
  return text + "}";
}

// Variables of our own that a worker may have, or needs to find its programs.
std::vector<std::string> InheritedEnvironment() {
  std::vector<std::string> inherited;
  for (const char* name :
       {"PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH", "CUDA_VISIBLE_DEVICES",
        "FURNACE_LOG_LEVEL", "FURNACE_CANCEL_GRACE", "FURNACE_NVML_LIBRARY"}) {
    if (const char* value = std::getenv(name))
      inherited.push_back(fmt::format("{}={}", name, value));
  }
  return inherited;
}

absl::StatusOr<pid_t> Spawn(const std::string& binary, std::vector<std::string> environment,
                            const std::string& log_path) {
  std::vector<char*> envp;
  for (std::string& variable : environment) envp.push_back(variable.data());
  envp.push_back(nullptr);
  std::string program = binary;
  char* argv[] = {program.data(), nullptr};

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log_path.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  // Not all of our connections close on exec, and a handler must not find them.
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  // Signals: the worker starts with none blocked, and in a group of its own, so that
  // a Ctrl-C meant for us does not reach it.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, program.c_str(), &actions, &attributes, argv, envp.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error == 0) return pid;
  return Error(absl::StatusCode::kFailedPrecondition, "cannot start {}: {}", binary,
               std::strerror(error));
}

}  // namespace

absl::StatusOr<std::string> ResolveImage(const std::string& image_uri,
                                         const std::vector<std::string>& roots) {
  if (!image_uri.starts_with(kFileScheme)) {
    return Error(absl::StatusCode::kFailedPrecondition,
                 "image {}: workers are processes here and take file:// images only", image_uri);
  }
  std::error_code error;
  const fs::path folder = fs::canonical(image_uri.substr(kFileScheme.size()), error);
  if (error || !fs::is_directory(folder, error)) {
    return Error(absl::StatusCode::kFailedPrecondition, "image {}: no such folder", image_uri);
  }
  for (const std::string& root : roots) {
    const fs::path allowed = fs::canonical(root, error);
    if (error) continue;
    const fs::path inside = folder.lexically_relative(allowed);
    if (!inside.empty() && *inside.begin() != "..") return folder.string();
  }
  return Error(absl::StatusCode::kFailedPrecondition, "image {}: not in a folder for images",
               image_uri);
}

ProcessDriver::ProcessDriver(ProcessDriverOptions options) : options_(std::move(options)) {
  std::error_code ignored;  // Saving a worker file will tell.
  fs::create_directories(options_.state_dir, ignored);
  MutexLock lock(mutex_);
  for (WorkerFile& file : LoadWorkerFiles(options_.state_dir)) {
    workers_[file.worker.id] = std::move(file);
  }
  ReapLocked();
}

absl::StatusOr<std::string> ProcessDriver::Start(const Endpoint& endpoint) {
  FURNACE_ASSIGN_OR_RETURN(const std::string folder,
                           ResolveImage(endpoint.image_uri, options_.image_roots));
  MutexLock lock(mutex_);
  ReapLocked();
  FURNACE_ASSIGN_OR_RETURN(const GpuPool gpu, ChooseGpu(GpusLocked(), endpoint));

  const absl::Time now = absl::Now();
  WorkerFile file;
  file.worker = {.id = "w-" + NewUuid(now),
                 .endpoint_id = endpoint.id,
                 .endpoint_revision = endpoint.revision,
                 .gpu_type = gpu.gpu_type,
                 .gpu_count = endpoint.gpu_count,
                 .started_at = now};
  const std::string log_path = WorkerLogPath(options_.state_dir, file.worker.id);
  FURNACE_ASSIGN_OR_RETURN(
      file.pid, Spawn(options_.worker_binary,
                      Environment(endpoint, gpu, file.worker.id, now, folder), log_path));
  file.start_ticks = StartTicks(file.pid).value_or("0");
  workers_[file.worker.id] = file;
  if (const absl::Status saved = SaveWorkerFile(options_.state_dir, file); !saved.ok()) {
    kill(file.pid, SIGKILL);  // We could not find it again.
    return saved;
  }
  return file.worker.id;
}

std::vector<std::string> ProcessDriver::Environment(const Endpoint& endpoint, const GpuPool& gpu,
                                                    const std::string& worker_id, absl::Time now,
                                                    const std::string& folder) const {
  std::vector<std::string> environment = InheritedEnvironment();
  const auto set = [&environment](std::string_view name, const auto& value) {
    environment.push_back(fmt::format("{}={}", name, value));
  };
  set("FURNACE_WORKER_ID", worker_id);
  set("FURNACE_ENDPOINT_ID", endpoint.id);
  set("FURNACE_ENDPOINT_REVISION", endpoint.revision);
  set("FURNACE_SCHEDULER_ADDRESS", options_.scheduler_address);
  set("FURNACE_WORKER_TOKEN",
      furnace::rpc::MintWorkerToken(
          options_.internal_token,
          {.worker_id = worker_id, .endpoint_id = endpoint.id, .expires = now + kTokenLife}));
  set("FURNACE_GPU_TYPE", gpu.gpu_type);
  set("FURNACE_GPU_COUNT", endpoint.gpu_count);
  set("FURNACE_VRAM_MIB", gpu.vram_mib);
  set("FURNACE_WORKER_REGION", gpu.region);
  set("FURNACE_WORKER_FEDERATED", gpu.federated);
  set("FURNACE_HANDLER_DIR", folder);
  set("FURNACE_HANDLER_PATH", endpoint.handler_path);
  set("FURNACE_HANDLER_ENV", JsonObject(endpoint.env));
  set("FURNACE_HANDLER_PYTHONPATH", options_.python_path);
  set("FURNACE_SPOOL_DIR", WorkerSpoolPath(options_.state_dir, worker_id));
  set("FURNACE_WORKER_STARTED_US", absl::ToUnixMicros(now));
  set("FURNACE_INIT_TIMEOUT", absl::FormatDuration(endpoint.init_timeout));
  set("FURNACE_DISCONNECT_LIMIT", absl::FormatDuration(options_.disconnect_limit));
  return environment;
}

void ProcessDriver::Kill(const std::string& worker_id) {
  MutexLock lock(mutex_);
  ReapLocked();
  if (const auto found = workers_.find(worker_id); found != workers_.end()) {
    kill(found->second.pid, SIGKILL);
  }
}

std::vector<DriverWorker> ProcessDriver::List() {
  std::vector<DriverWorker> workers;
  MutexLock lock(mutex_);
  ReapLocked();
  for (const auto& [id, file] : workers_) workers.push_back(file.worker);
  return workers;
}

std::vector<GpuPool> ProcessDriver::Gpus() {
  MutexLock lock(mutex_);
  ReapLocked();
  return GpusLocked();
}

std::vector<GpuPool> ProcessDriver::GpusLocked() const {
  std::vector<GpuPool> pools = options_.gpus;
  for (GpuPool& pool : pools) {
    for (const auto& [id, file] : workers_) {
      if (file.worker.gpu_type == pool.gpu_type) pool.available -= file.worker.gpu_count;
    }
    pool.available = std::max(0, pool.available);
  }
  return pools;
}

// Forgets workers that have ended. Adopted ones are nobody's child here, so their
// pid and start time tell.
void ProcessDriver::ReapLocked() {
  std::erase_if(workers_, [this](const auto& entry) {
    const WorkerFile& file = entry.second;
    waitpid(file.pid, nullptr, WNOHANG);
    const bool alive = StartTicks(file.pid) == file.start_ticks;
    if (!alive) RemoveWorkerFiles(options_.state_dir, file.worker.id);
    return !alive;
  });
}

void ProcessDriver::SignalAllLocked(int signal) {
  for (const auto& [id, file] : workers_) kill(file.pid, signal);
}

void ProcessDriver::StopAll(absl::Duration grace) {
  const absl::Time deadline = absl::Now() + grace;
  {
    MutexLock lock(mutex_);
    ReapLocked();
    SignalAllLocked(SIGTERM);
  }
  while (!List().empty() && absl::Now() < deadline) absl::SleepFor(kPoll);
  {
    MutexLock lock(mutex_);
    SignalAllLocked(SIGKILL);
  }
  while (!List().empty() && absl::Now() < deadline + absl::Seconds(2)) absl::SleepFor(kPoll);
}

}  // namespace furnace::scheduler
