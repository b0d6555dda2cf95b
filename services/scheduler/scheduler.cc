#include "services/scheduler/scheduler.h"

#include <spdlog/spdlog.h>

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
#include "services/scheduler/app/batches.h"
#include "services/scheduler/app/dependencies.h"
#include "services/scheduler/app/dispatcher.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/explainer.h"
#include "services/scheduler/app/fleet.h"
#include "services/scheduler/app/forecast_book.h"
#include "services/scheduler/app/graph_submitter.h"
#include "services/scheduler/app/job_watchers.h"
#include "services/scheduler/app/job_webhooks.h"
#include "services/scheduler/app/lifetimes.h"
#include "services/scheduler/app/persister.h"
#include "services/scheduler/app/price_book.h"
#include "services/scheduler/app/rebuilder.h"
#include "services/scheduler/app/redriver.h"
#include "services/scheduler/app/relay.h"
#include "services/scheduler/app/retention.h"
#include "services/scheduler/app/schedule_runner.h"
#include "services/scheduler/app/schedules.h"
#include "services/scheduler/app/shard_leader.h"
#include "services/scheduler/app/submitter.h"
#include "services/scheduler/app/sweeper.h"
#include "services/scheduler/app/webhook_deliverer.h"
#include "services/scheduler/clients/http_webhook_sender.h"
#include "services/scheduler/clients/metering_price_source.h"
#include "services/scheduler/clients/metering_usage_sink.h"
#include "services/scheduler/clients/registry_endpoint_source.h"
#include "services/scheduler/domain/shard.h"
#include "services/scheduler/drivers/make_driver.h"
#include "services/scheduler/migrations.h"
#include "services/scheduler/rpc/batch_json.h"
#include "services/scheduler/rpc/batch_service.h"
#include "services/scheduler/rpc/fleet_service.h"
#include "services/scheduler/rpc/job_json.h"
#include "services/scheduler/rpc/job_service.h"
#include "services/scheduler/rpc/queue_service.h"
#include "services/scheduler/rpc/schedule_service.h"
#include "services/scheduler/rpc/webhook_service.h"
#include "services/scheduler/rpc/worker_service.h"
#include "services/scheduler/start_control.h"
#include "services/scheduler/storage/observed_forecasts.h"
#include "services/scheduler/storage/observed_job_queue.h"
#include "services/scheduler/storage/observed_webhooks.h"
#include "services/scheduler/storage/postgres/attempt_history.h"
#include "services/scheduler/storage/postgres/batch_store.h"
#include "services/scheduler/storage/postgres/expired_jobs.h"
#include "services/scheduler/storage/postgres/job_history.h"
#include "services/scheduler/storage/postgres/payload_store.h"
#include "services/scheduler/storage/postgres/schedule_store.h"
#include "services/scheduler/storage/postgres/unfinished_jobs.h"
#include "services/scheduler/storage/postgres/webhook_outbox.h"
#include "services/scheduler/storage/redis/job_links.h"
#include "services/scheduler/storage/redis/job_queue.h"
#include "services/scheduler/storage/redis/lost_jobs.h"
#include "services/scheduler/storage/redis/shard_log.h"
#include "services/scheduler/storage/redis/worker_lives.h"
#include "services/scheduler/submit_control.h"

namespace furnace::scheduler {
namespace {

constexpr std::size_t kBlockingThreads = 16;
constexpr std::size_t kBlockingQueue = 10'000;
// Of what has no rhythm of its own: what somebody waits for, and the rest.
constexpr absl::Duration kFastTick = absl::Milliseconds(50);
constexpr absl::Duration kSlowTick = absl::Seconds(1);

}  // namespace

// In the order of construction; destroyed, and so stopped, from the end.
struct Scheduler::Parts {
  explicit Parts(const Config& c)
      : config(c),
        postgres(postgres::WithDeadlines(c.postgres_dsn),
                 static_cast<std::size_t>(c.postgres_connections)),
        redis(c.redis, scripts.All()),
        redis_queue(redis, scripts, c.shards, c.usage_slice),
        queue(redis_queue),
        log(redis, scripts, c.shards, c.usage_slice),
        lost_jobs(redis, scripts),
        links(redis, scripts),
        lives(redis, scripts, c.shards, c.usage_slice),
        history(postgres),
        attempt_history(postgres),
        expired_jobs(postgres),
        unfinished_jobs(postgres),
        payloads(postgres),
        batch_store(postgres),
        outbox(postgres),
        schedule_store(postgres),
        endpoint_source(furnace::rpc::Dial(c.registry_address),
                        {.internal_token = c.internal_token}),
        usage(furnace::rpc::Dial(c.metering_address), {.internal_token = c.internal_token}),
        price_source(furnace::rpc::Dial(c.metering_address), {.internal_token = c.internal_token}),
        driver(MakeDriver(c)),
        prices(price_source),
        forecasts(observed_forecasts),
        catalog(endpoint_source),
        persister(log, history, blocking),
        submits(c, redis, scripts, catalog, clock),
        leader(log, NewUuid(clock.Now()), c.shards),
        starts(c, redis, scripts, catalog, leader, submits.quotas()),
        dependencies(links, queue, history),
        submitter(catalog, queue, payloads, persister, submits.admission(), dependencies, blocking,
                  clock, c.shards, &submits.requests(), &starts.rules()),
        graphs(catalog, submitter, dependencies, &submits.requests()),
        reader(queue, history, payloads),
        watchers(queue, reader, blocking),
        reports(queue, watchers, NewUuid(clock.Now())),
        lifetimes(lives, catalog, clock, c.lease),
        dispatcher(queue, catalog, payloads, reader, reports, lifetimes, blocking, clock, c.lease,
                   &starts.rules()),
        batches(batch_store, outbox, rpc::BatchJson, submitter, queue, reader, dispatcher, clock),
        job_webhooks(outbox, reader, rpc::JobJson),
        sweeper(log, leader, dispatcher),
        relay(log, leader, catalog, history, attempt_history, batches, job_webhooks, usage,
              dependencies, forecasts),
        retention(expired_jobs, lost_jobs, leader),
        schedule_runner(schedule_store, submitter, reader, leader, clock, c.shards),
        webhook_sender({.suite_secrets = c.webhook_secrets,
                        .may_connect = c.allow_private_webhooks ? nullptr : &http::IsPublicAddress},
                       clock),
        webhook_deliverer(outbox, webhook_sender, observed_webhooks),
        fleet(*driver, dispatcher, catalog, log, leader, clock, c.shards, c.fairness,
              &starts.rules()),
        gate(c.internal_token),
        explainer(queue, catalog, prices, forecasts, clock, &starts.rules()),
        redriver(queue, reader, history, catalog),
        rebuilder(unfinished_jobs, lost_jobs, catalog, c.shards),
        schedules(schedule_store, catalog, clock),
        job_handlers(submitter, batches, graphs, queue, reader, history, attempt_history, explainer,
                     redriver, dispatcher, clock),
        job_service(gate, job_handlers, submitter, dispatcher, queue, watchers, blocking, clock),
        batch_service(gate, batches, c.webhook_secrets.front()),
        webhook_service(gate, outbox),
        worker_service(
            c.internal_token,
            {.dispatcher = dispatcher, .catalog = catalog, .blocking = blocking, .lease = c.lease},
            clock),
        schedule_handlers(schedules, clock),
        schedule_service(gate, schedule_handlers),
        health(log, history, fleet, clock),
        fleet_handlers(fleet, catalog, health),
        fleet_service(gate, fleet_handlers),
        queue_service(gate, rebuilder) {}

  ~Parts();

  absl::Status Serve();
  void StartDuties();
  void Drain();
  void OnNotify(std::string_view message);
  void Relay();
  void TellDependents(const std::string& job_id);
  void RecoverLinks();
  bool Ready() { return redis.connected() && postgres.Exec("SELECT 1", {}).ok(); }

  const Config config;
  const SystemClock clock;
  const QueueScripts scripts;
  postgres::Pool postgres;
  redis::Client redis;
  RedisJobQueue redis_queue;
  ObservedJobQueue queue;
  RedisShardLog log;
  RedisLostJobs lost_jobs;
  RedisJobLinks links;
  RedisWorkerLives lives;
  PostgresJobHistory history;
  PostgresAttemptHistory attempt_history;
  PostgresExpiredJobs expired_jobs;
  PostgresUnfinishedJobs unfinished_jobs;
  PostgresPayloadStore payloads;
  PostgresBatchStore batch_store;
  PostgresWebhookOutbox outbox;
  PostgresScheduleStore schedule_store;
  RegistryEndpointSource endpoint_source;
  MeteringUsageSink usage;
  MeteringPriceSource price_source;
  ObservedForecasts observed_forecasts;
  ObservedWebhooks observed_webhooks;
  const std::unique_ptr<Driver> driver;

  PriceBook prices;
  ForecastBook forecasts;
  EndpointCatalog catalog;
  Persister persister;
  SubmitControl submits;
  ShardLeader leader;
  StartControl starts;
  Dependencies dependencies;
  Submitter submitter;
  GraphSubmitter graphs;
  JobReader reader;
  runtime::ThreadPool blocking{kBlockingThreads, kBlockingQueue};
  JobWatchers watchers;
  ProgressReports reports;
  Lifetimes lifetimes;
  Dispatcher dispatcher;
  Batches batches;
  JobWebhooks job_webhooks;
  Sweeper sweeper;
  scheduler::Relay relay;
  Retention retention;
  ScheduleRunner schedule_runner;
  HttpWebhookSender webhook_sender;
  WebhookDeliverer webhook_deliverer;
  Fleet fleet;

  furnace::rpc::Gate gate;
  Explainer explainer;
  Redriver redriver;
  Rebuilder rebuilder;
  Schedules schedules;
  rpc::JobHandlers job_handlers;
  rpc::JobService job_service;
  rpc::BatchService batch_service;
  rpc::WebhookService webhook_service;
  rpc::WorkerService worker_service;
  rpc::ScheduleHandlers schedule_handlers;
  rpc::ScheduleService schedule_service;
  HealthReader health;
  rpc::FleetHandlers fleet_handlers;
  rpc::FleetService fleet_service;
  rpc::QueueService queue_service;
  std::unique_ptr<furnace::rpc::Server> server;

  std::list<runtime::Periodic> duties;
  std::optional<runtime::Periodic> scale;
  std::optional<redis::Subscriber> notifications;
  std::unique_ptr<metrics::AdminServer> admin;
};

// What runs on its own ends first, then what calls back into the rest.
Scheduler::Parts::~Parts() {
  notifications.reset();
  webhook_deliverer.Stop();
  duties.clear();
  scale.reset();
  server.reset();
  redis.Stop();
  blocking.Stop();
}

absl::Status Scheduler::Parts::Serve() {
  std::vector<furnace::rpc::AsyncMethod*> async = job_service.async_methods();
  for (furnace::rpc::AsyncMethod* method : worker_service.async_methods()) async.push_back(method);
  FURNACE_ASSIGN_OR_RETURN(
      server,
      furnace::rpc::Server::Start({.address = config.listen,
                                   .max_threads = config.handler_threads,
                                   .max_receive_bytes = furnace::rpc::kMaxMessageBytes},
                                  {&job_service, &batch_service, &webhook_service, &worker_service,
                                   &schedule_service, &fleet_service, &queue_service},
                                  async));
  if (config.metrics_listen.empty()) return absl::OkStatus();
  FURNACE_ASSIGN_OR_RETURN(
      admin, metrics::AdminServer::Start(config.metrics_listen, [this] { return Ready(); }));
  return absl::OkStatus();
}

void Scheduler::Parts::StartDuties() {
  const auto every = [this](absl::Duration period, std::function<void()> work) {
    duties.emplace_back(period, std::move(work));
  };
  const auto check_every = [&](absl::Duration period, const char* what,
                               std::function<absl::Status()> work) {
    every(period, [what, work = std::move(work)] {
      const absl::Status status = work();
      if (!status.ok()) spdlog::warn("{}: {}", what, status.ToString());
    });
  };
  check_every(kSlowTick, "registry", [this] { return catalog.Refresh(); });
  check_every(kSlowTick, "quotas", [this] { return submits.quotas().Refresh(); });
  every(ShardLeader::kRenewEvery, [this] { leader.Renew(); });
  check_every(Admission::kEvery, "queue limits", [this] { return submits.admission().Refresh(); });
  every(Sweeper::kEvery, [this] { sweeper.Sweep(); });
  every(Relay::kEvery, [this] { Relay(); });
  every(kSlowTick, [this] { RecoverLinks(); });
  check_every(ScheduleRunner::kEvery, "schedules", [this] { return schedule_runner.Run(); });
  every(kFastTick, [this] { watchers.ExpireAt(clock.Now()); });
  every(kSlowTick, [this] { dispatcher.WakeAll(); });
  every(Lifetimes::kEvery, [this] { dispatcher.KeepLifetimes(); });
  every(kFastTick, [this] { dispatcher.WakeImpatient(); });
  check_every(Treasury::kEvery, "budgets", [this] { return starts.RefreshBudgets(); });
  check_every(Treasury::kEvery, "quotas of GPUs", [this] { return starts.RefreshGpuQuotas(); });
  check_every(Throttles::kEvery, "throttles", [this] { return starts.RefreshThrottles(); });
  check_every(PriceBook::kEvery, "prices", [this] { return prices.Refresh(); });
  every(WebhookDeliverer::kEvery, [this] { webhook_deliverer.Run(); });
  every(WebhookDeliverer::kTidyEvery, [this] { webhook_deliverer.Tidy(); });
  every(Batches::kDropEvery, [this] { batches.DropOrphans(); });
  check_every(Retention::kEvery, "retention", [this] { return retention.Run(); });
  if (config.driver != "none") scale.emplace(Fleet::kEvery, [this] { fleet.Scale(); });
  notifications.emplace(
      config.redis, NotifyChannels(config.shards),
      [this](std::string_view, std::string_view message) { OnNotify(message); },
      [this] {
        watchers.AllChanged();
        dispatcher.WakeAll();
      });
}

// "w <endpoint>", "j <job>", "p <who> <job>..." or "d <job>"; see storage/redis/lua/lib/queue.lua.
void Scheduler::Parts::OnNotify(std::string_view message) {
  if (message.size() < 3) return;
  if (message[0] == 'p') return reports.Noticed(message.substr(2));
  const std::string id(message.substr(2));
  if (message[0] == 'j') return watchers.Changed(id);
  if (message[0] == 'd') return TellDependents(id);
  dispatcher.Wake(id);
  if (scale && !dispatcher.HasWorkers(id)) scale->Wake();
}

// Sooner than the relay gets to it, which does it again should this fail.
void Scheduler::Parts::TellDependents(const std::string& job_id) {
  if (!leader.Leads(ShardOfJob(job_id))) return;
  const bool accepted = blocking.TrySubmit([this, job_id] {
    const absl::Status status = dependencies.TellDependents(job_id);
    if (!status.ok()) spdlog::warn("job {}: dependents: {}", job_id, status.ToString());
  });
  if (!accepted) spdlog::warn("job {}: dependents: too much blocking work waits", job_id);
}

void Scheduler::Parts::RecoverLinks() {
  for (const int shard : leader.Led()) {
    const absl::Status status = dependencies.Recover(shard);
    if (!status.ok()) spdlog::warn("links of shard {}: {}", shard, status.ToString());
  }
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
  const runtime::Periodic close(kFastTick, [this] {
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
