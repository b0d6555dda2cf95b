#include "services/scheduler/scheduler.h"

#include <spdlog/spdlog.h>

#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "libs/common/base/clock.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "libs/common/metrics/admin_server.h"
#include "libs/common/postgres/migrator.h"
#include "libs/common/postgres/pool.h"
#include "libs/common/redis/client.h"
#include "libs/common/redis/subscriber.h"
#include "libs/common/rpc/client.h"
#include "libs/common/rpc/server.h"
#include "libs/common/runtime/periodic.h"
#include "libs/common/runtime/thread_pool.h"
#include "services/scheduler/app/dispatcher.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/explainer.h"
#include "services/scheduler/app/fleet.h"
#include "services/scheduler/app/job_watchers.h"
#include "services/scheduler/app/redriver.h"
#include "services/scheduler/app/relay.h"
#include "services/scheduler/app/shard_leader.h"
#include "services/scheduler/app/submitter.h"
#include "services/scheduler/app/sweeper.h"
#include "services/scheduler/clients/metering_usage_sink.h"
#include "services/scheduler/clients/registry_endpoint_source.h"
#include "services/scheduler/domain/shard.h"
#include "services/scheduler/drivers/none/none_driver.h"
#include "services/scheduler/migrations.h"
#include "services/scheduler/rpc/fleet_service.h"
#include "services/scheduler/rpc/job_service.h"
#include "services/scheduler/rpc/worker_service.h"
#include "services/scheduler/storage/observed_job_queue.h"
#include "services/scheduler/storage/postgres/job_history.h"
#include "services/scheduler/storage/postgres/payload_store.h"
#include "services/scheduler/storage/redis/job_queue.h"
#include "services/scheduler/storage/redis/shard_log.h"

namespace furnace::scheduler {
namespace {

constexpr std::size_t kBlockingThreads = 16;
constexpr std::size_t kBlockingQueue = 10'000;
constexpr absl::Duration kCatalogEvery = absl::Seconds(1);
constexpr absl::Duration kWatchTick = absl::Milliseconds(50);
constexpr absl::Duration kCloseTick = absl::Milliseconds(100);
constexpr absl::Duration kWakeTick = absl::Seconds(1);
constexpr absl::Duration kImpatientTick = absl::Milliseconds(50);

std::vector<std::string> NotifyChannels(int shards) {
  std::vector<std::string> channels;
  for (int shard = 0; shard < shards; ++shard) channels.push_back(ShardPrefix(shard) + "notify");
  return channels;
}

std::unique_ptr<Driver> MakeDriver(const Config& config) {
  if (config.driver == "process") return std::make_unique<ProcessDriver>(config.process);
  return std::make_unique<NoneDriver>();
}

}  // namespace

// In the order of construction; destroyed, and so stopped, from the end.
struct Scheduler::Parts {
  explicit Parts(const Config& c)
      : config(c),
        postgres(postgres::WithDeadlines(c.postgres_dsn),
                 static_cast<std::size_t>(c.postgres_connections)),
        redis(c.redis, scripts.All()),
        redis_queue(redis, scripts, c.shards),
        queue(redis_queue),
        log(redis, scripts, c.shards),
        history(postgres),
        payloads(postgres),
        endpoint_source(furnace::rpc::Dial(c.registry_address),
                        {.internal_token = c.internal_token}),
        usage(furnace::rpc::Dial(c.metering_address), {.internal_token = c.internal_token}),
        driver(MakeDriver(c)),
        catalog(endpoint_source),
        submitter(catalog, queue, payloads, blocking, clock, c.shards),
        reader(queue, history, payloads),
        watchers(queue, reader, blocking),
        dispatcher(queue, catalog, payloads, blocking, clock, c.lease),
        leader(log, NewUuid(clock.Now()), c.shards),
        sweeper(log, leader, dispatcher),
        relay(log, leader, history, usage),
        fleet(*driver, dispatcher, catalog, log, leader, clock, c.shards, c.fairness),
        gate(c.internal_token),
        explainer(queue, catalog),
        redriver(queue, reader, history, catalog),
        job_handlers(submitter, queue, reader, history, explainer, redriver, dispatcher, clock),
        job_service(gate, job_handlers, submitter, queue, watchers, blocking, clock),
        worker_service(
            c.internal_token,
            {.dispatcher = dispatcher, .catalog = catalog, .blocking = blocking, .lease = c.lease},
            clock),
        fleet_handlers(fleet, catalog),
        fleet_service(gate, fleet_handlers) {}

  ~Parts();

  absl::Status Serve();
  void StartDuties();
  void Drain();
  void OnNotify(std::string_view message);
  void Relay();
  bool Ready() { return redis.connected() && postgres.Exec("SELECT 1", {}).ok(); }

  const Config config;
  const SystemClock clock;
  const QueueScripts scripts;
  postgres::Pool postgres;
  redis::Client redis;
  RedisJobQueue redis_queue;
  ObservedJobQueue queue;
  RedisShardLog log;
  PostgresJobHistory history;
  PostgresPayloadStore payloads;
  RegistryEndpointSource endpoint_source;
  MeteringUsageSink usage;
  const std::unique_ptr<Driver> driver;

  EndpointCatalog catalog;
  Submitter submitter;
  JobReader reader;
  runtime::ThreadPool blocking{kBlockingThreads, kBlockingQueue};
  JobWatchers watchers;
  Dispatcher dispatcher;
  ShardLeader leader;
  Sweeper sweeper;
  scheduler::Relay relay;
  Fleet fleet;

  furnace::rpc::Gate gate;
  Explainer explainer;
  Redriver redriver;
  rpc::JobHandlers job_handlers;
  rpc::JobService job_service;
  rpc::WorkerService worker_service;
  rpc::FleetHandlers fleet_handlers;
  rpc::FleetService fleet_service;
  std::unique_ptr<furnace::rpc::Server> server;

  std::optional<runtime::Periodic> refresh_catalog;
  std::optional<runtime::Periodic> renew_leadership;
  std::optional<runtime::Periodic> sweep;
  std::optional<runtime::Periodic> relay_events;
  std::optional<runtime::Periodic> scale;
  std::optional<runtime::Periodic> expire_watchers;
  std::optional<runtime::Periodic> wake_workers;
  std::optional<runtime::Periodic> wake_impatient;
  std::optional<redis::Subscriber> notifications;
  std::unique_ptr<metrics::AdminServer> admin;
};

// What runs on its own ends first, then what calls back into the rest.
Scheduler::Parts::~Parts() {
  notifications.reset();
  for (auto* duty : {&refresh_catalog, &renew_leadership, &sweep, &relay_events, &scale,
                     &expire_watchers, &wake_workers, &wake_impatient}) {
    duty->reset();
  }
  server.reset();
  redis.Stop();
  blocking.Stop();
}

absl::Status Scheduler::Parts::Serve() {
  std::vector<furnace::rpc::AsyncMethod*> async = job_service.async_methods();
  for (furnace::rpc::AsyncMethod* method : worker_service.async_methods()) async.push_back(method);
  FURNACE_ASSIGN_OR_RETURN(
      server,
      furnace::rpc::Server::Start({.address = config.listen, .max_threads = config.handler_threads},
                                  {&job_service, &worker_service, &fleet_service}, async));
  if (config.metrics_listen.empty()) return absl::OkStatus();
  FURNACE_ASSIGN_OR_RETURN(
      admin, metrics::AdminServer::Start(config.metrics_listen, [this] { return Ready(); }));
  return absl::OkStatus();
}

void Scheduler::Parts::StartDuties() {
  refresh_catalog.emplace(kCatalogEvery, [this] {
    const absl::Status status = catalog.Refresh();
    if (!status.ok()) spdlog::warn("registry: {}", status.ToString());
  });
  renew_leadership.emplace(ShardLeader::kRenewEvery, [this] { leader.Renew(); });
  sweep.emplace(Sweeper::kEvery, [this] { sweeper.Sweep(); });
  relay_events.emplace(Relay::kEvery, [this] { Relay(); });
  if (config.driver != "none") scale.emplace(Fleet::kEvery, [this] { fleet.Scale(); });
  expire_watchers.emplace(kWatchTick, [this] { watchers.ExpireAt(clock.Now()); });
  wake_workers.emplace(kWakeTick, [this] { dispatcher.WakeAll(); });
  wake_impatient.emplace(kImpatientTick, [this] { dispatcher.WakeImpatient(); });
  notifications.emplace(
      config.redis, NotifyChannels(config.shards),
      [this](std::string_view, std::string_view message) { OnNotify(message); },
      [this] {
        watchers.AllChanged();
        dispatcher.WakeAll();
      });
}

// "w <endpoint>" or "j <job>"; see storage/redis/lua/lib/queue.lua.
void Scheduler::Parts::OnNotify(std::string_view message) {
  if (message.size() < 3) return;
  const std::string id(message.substr(2));
  if (message[0] == 'j') return watchers.Changed(id);
  dispatcher.Wake(id);
  if (scale && !dispatcher.HasWorkers(id)) scale->Wake();
}

void Scheduler::Parts::Relay() {
  const absl::Status status = relay.Run();
  if (status.ok()) return;
  spdlog::warn("relay: {}", status.ToString());
  absl::SleepFor(absl::Seconds(1));  // What it needs is down; trying harder would not help.
}

Scheduler::Scheduler(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Scheduler::~Scheduler() = default;

absl::StatusOr<std::unique_ptr<Scheduler>> Scheduler::Start(const Config& config) {
  FURNACE_RETURN_IF_ERROR(
      postgres::Migrate(config.postgres_dsn, "scheduler", migrations::kMigrations));
  auto parts = std::make_unique<Parts>(config);
  FURNACE_RETURN_IF_ERROR(parts->Serve());
  parts->StartDuties();
  return std::unique_ptr<Scheduler>(new Scheduler(std::move(parts)));
}

int Scheduler::port() const { return parts_->server->port(); }

// Calls that last are ended, or they would use up the grace: workers go elsewhere,
// and who waits for a job is told how it is.
void Scheduler::Parts::Drain() {
  const runtime::Periodic close(kCloseTick, [this] {
    dispatcher.CloseAll();
    watchers.ExpireAt(absl::InfiniteFuture());
  });
  server->Drain(config.drain_grace);
}

void Scheduler::Stop() {
  parts_->notifications.reset();
  parts_->scale.reset();
  if (auto* process = dynamic_cast<ProcessDriver*>(parts_->driver.get());
      process != nullptr && parts_->config.stop_workers_on_exit) {
    process->StopAll(parts_->config.drain_grace);
  }
  parts_->Drain();
}

}  // namespace furnace::scheduler
