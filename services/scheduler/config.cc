#include "services/scheduler/config.h"

#include <map>
#include <sstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/scheduler/domain/shard.h"
#include "services/scheduler/domain/webhook.h"
#include "services/scheduler/drivers/process/gpu_inventory.h"

namespace furnace::scheduler {
namespace {

// Each is a signature in a header of every webhook.
constexpr std::size_t kMaxWebhookSecrets = 4;

void ReadLimits(config::Env& env, AdmissionLimits& limits) {
  constexpr std::int64_t kMost = std::int64_t{1} << 50;
  env.Int64("FURNACE_MAX_QUEUED_JOBS", "most jobs that wait, of all projects; 0: any", 0, kMost,
            &limits.suite.jobs);
  env.Int64("FURNACE_MAX_QUEUED_BYTES", "most bytes of their inputs in Redis; 0: any", 0, kMost,
            &limits.suite.bytes);
  env.Int64("FURNACE_PROJECT_MAX_QUEUED_JOBS", "most jobs that wait, of each project; 0: any", 0,
            kMost, &limits.project.jobs);
  env.Int64("FURNACE_PROJECT_MAX_QUEUED_BYTES", "most bytes of their inputs in Redis; 0: any", 0,
            kMost, &limits.project.bytes);
}

void ReadProcessDriver(config::Env& env, Config& config) {
  env.Text("FURNACE_PROCESS_GPUS", "GPUs of this machine: type=count[:vram_mib[:simulated]],...",
           &config.gpus);
  env.Text("FURNACE_PROCESS_REGION", "where this machine is, 1-63 characters of [a-z0-9-]",
           &config.region);
  env.Bool("FURNACE_PROCESS_FEDERATED", "somebody else runs this machine", &config.federated);
  env.Text("FURNACE_PROCESS_WORKER_BINARY", "the furnace-worker program",
           &config.process.worker_binary);
  env.Text("FURNACE_PROCESS_IMAGE_ROOTS", "folders, by colons, that file:// images may lie in",
           &config.image_roots);
  env.Text("FURNACE_PROCESS_STATE_DIR", "folder for what is known of running workers",
           &config.process.state_dir);
  env.Text("FURNACE_PROCESS_PYTHONPATH", "put before PYTHONPATH of handlers",
           &config.process.python_path);
  env.Text("FURNACE_PROCESS_SCHEDULER_ADDRESS", "where workers find the scheduler",
           &config.process.scheduler_address);
  env.Bool("FURNACE_PROCESS_STOP_ON_EXIT", "stop all workers when the scheduler stops",
           &config.stop_workers_on_exit);
}

absl::StatusOr<std::map<std::string, int>> ParseWeights(const std::string& text) {
  constexpr int kMaxWeight = 1000;
  std::map<std::string, int> weights;
  for (const auto entry : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(entry, absl::MaxSplits('=', 1));
    int weight = 0;
    const bool valid = IsUuid(parts.first) && absl::SimpleAtoi(parts.second, &weight) &&
                       weight >= 1 && weight <= kMaxWeight;
    if (!valid) {
      return Error(absl::StatusCode::kInvalidArgument,
                   "FURNACE_PROJECT_WEIGHTS: '{}' is not a project's id, = and 1 to {}",
                   ToStd(entry), kMaxWeight);
    }
    weights[parts.first] = weight;
  }
  return weights;
}

absl::Status FinishProcessDriver(Config& config) {
  if (config.process.worker_binary.empty() || config.process.state_dir.empty()) {
    return absl::InvalidArgumentError(
        "FURNACE_PROCESS_WORKER_BINARY, FURNACE_PROCESS_STATE_DIR: required by FURNACE_DRIVER");
  }
  absl::StatusOr<std::vector<GpuPool>> gpus = ParseGpus(config.gpus);
  if (!gpus.ok()) return Annotate(gpus.status(), "FURNACE_PROCESS_GPUS");
  config.process.gpus = *std::move(gpus);
  for (GpuPool& pool : config.process.gpus) {
    pool.region = config.region;
    pool.federated = config.federated;
  }
  std::istringstream roots(config.image_roots);
  for (std::string root; std::getline(roots, root, ':');) {
    if (!root.empty()) config.process.image_roots.push_back(root);
  }
  config.process.internal_token = config.internal_token;
  if (config.process.scheduler_address.empty()) config.process.scheduler_address = config.listen;
  return absl::OkStatus();
}

}  // namespace

void ReadConfig(config::Env& env, Config& config) {
  env.Text("FURNACE_LISTEN", "gRPC address", &config.listen);
  env.Text("FURNACE_METRICS_LISTEN", "address of /metrics, /healthz, /readyz",
           &config.metrics_listen);
  env.Text("FURNACE_LOG_LEVEL", "trace, debug, info, warn, error or fatal", &config.log_level);
  env.Secret("FURNACE_INTERNAL_TOKEN", "secret that the suite's services share",
             &config.internal_token);
  env.Duration("FURNACE_DRAIN_GRACE", "how long calls may take to end at shutdown",
               absl::ZeroDuration(), absl::Hours(1), &config.drain_grace);
  env.RequiredText("FURNACE_POSTGRES_DSN", "libpq connection string", &config.postgres_dsn);
  env.Int("FURNACE_POSTGRES_CONNECTIONS", "most connections to PostgreSQL", 1, 1000,
          &config.postgres_connections);
  env.Text("FURNACE_REDIS_URL", "redis://[:password@]host[:port][/database]", &config.redis_url);
  env.Text("FURNACE_ENVIRONMENT",
           "what this installation is: throttles of non-production do not hold in production",
           &config.environment);
  env.Text("FURNACE_REGISTRY_ADDRESS", "host:port of furnace-registry", &config.registry_address);
  env.Text("FURNACE_METERING_ADDRESS", "host:port of furnace-metering", &config.metering_address);
  env.Int("FURNACE_HANDLER_THREADS", "most calls served at a time", 4, 10'000,
          &config.handler_threads);
  env.Int("FURNACE_SHARDS", "queue shards; never change it while jobs are queued", 1, kMaxShards,
          &config.shards);
  env.Duration("FURNACE_LEASE", "how long a worker may be silent before its jobs are taken back",
               absl::Seconds(1), absl::Minutes(10), &config.lease);
  env.Duration("FURNACE_USAGE_SLICE",
               "what runs for longer is billed in parts that end at multiples of this, and an hour "
               "is one",
               absl::Seconds(1), kLifetimeSlice, &config.usage_slice);
  ReadLimits(env, config.admission);
  env.Text("FURNACE_WEBHOOK_SECRET",
           "what projects' webhook secrets are made of; without it the internal token. After a "
           "comma, those of before: webhooks are signed under them, too",
           &config.webhook_secret);
  env.Bool("FURNACE_WEBHOOK_PRIVATE", "send webhooks to private addresses, too",
           &config.allow_private_webhooks);
  env.Text("FURNACE_DRIVER", "what starts workers: none or process", &config.driver);
  env.Text("FURNACE_PROJECT_WEIGHTS",
           "shares of the GPUs: project=weight,... (1-1000); those not named have 1",
           &config.project_weights);
  env.Duration("FURNACE_FAIR_HALF_LIFE", "GPU time that a project had so long ago counts half",
               absl::Seconds(1), absl::Hours(24 * 30), &config.fairness.half_life);
  env.Duration("FURNACE_FAIR_QUANTUM", "how long a worker keeps its GPU before it makes room",
               absl::ZeroDuration(), absl::Hours(24), &config.fairness.quantum);
  ReadProcessDriver(env, config);
}

absl::Status FinishConfig(Config& config) {
  absl::StatusOr<redis::ServerAddress> address = redis::ParseUrl(config.redis_url);
  if (!address.ok()) return Annotate(address.status(), "FURNACE_REDIS_URL");
  config.redis = *std::move(address);
  config.webhook_secrets = SplitSecrets(config.webhook_secret);
  if (config.webhook_secrets.empty()) config.webhook_secrets = {config.internal_token};
  if (config.webhook_secrets.size() > kMaxWebhookSecrets) {
    return Error(absl::StatusCode::kInvalidArgument, "FURNACE_WEBHOOK_SECRET: {} are more than {}",
                 config.webhook_secrets.size(), kMaxWebhookSecrets);
  }
  if (kLifetimeSlice % config.usage_slice != absl::ZeroDuration()) {
    return absl::InvalidArgumentError("FURNACE_USAGE_SLICE: an hour is no multiple of it");
  }
  FURNACE_ASSIGN_OR_RETURN(config.fairness.weights, ParseWeights(config.project_weights));
  if (config.driver == "process") return FinishProcessDriver(config);
  if (config.driver == "none") return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument,
               "FURNACE_DRIVER: '{}' is neither none nor process", config.driver);
}

}  // namespace furnace::scheduler
