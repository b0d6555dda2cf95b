#include "services/metering/sinks.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>
#include <utility>

#include "services/metering/clients/http_sink.h"
#include "services/metering/clients/s3_bucket.h"
#include "services/metering/clients/waybill_throttles.h"
#include "services/metering/storage/archive/file_archive.h"
#include "services/metering/storage/archive/s3_archive.h"

namespace furnace::metering {
namespace {

constexpr absl::Duration kPoll = absl::Seconds(1);
constexpr absl::Duration kReportInterval = absl::Seconds(15);

double Random() {
  thread_local std::mt19937 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
}

// What Lago sums: it knows no transitions, and refuses codes without a billable metric.
const std::vector<SinkEventKind> kSummable = {SinkEventKind::kGpuUsage,
                                              SinkEventKind::kServerlessEnd};

}  // namespace

Sinks::Sinks(const SinksConfig& config, const std::string& owner, SinkStore& store,
             ThrottleStore& throttles, SinkMonitor& monitor, const Clock& clock)
    : owner_(owner), store_(store), monitor_(monitor), clock_(clock) {
  const SinkFacts facts = {.gpu_memory_gb = config.gpu_memory_gb,
                           .environment = config.environment};
  if (!config.waybill_url.empty()) {
    Add({.name = kWaybillSink,
         .same_project_ids = config.waybill_same_project_ids,
         .check = SinkCheck::kUuidAccounts,
         .facts = facts},
        std::make_unique<HttpSink>(WaybillOptions(config.waybill_url, config.waybill_api_key)));
  }
  if (!config.waybill_url.empty()) WatchThrottles(config, throttles);
  if (!config.lago_url.empty()) {
    Add({.name = kLagoSink, .kinds = kSummable, .facts = facts},
        std::make_unique<HttpSink>(LagoOptions(config.lago_url, config.lago_api_key)));
  }
  if (!config.cloudevents_url.empty()) {
    Add({.name = kCloudEventsSink, .facts = facts},
        std::make_unique<HttpSink>(CloudEventsOptions(
            config.cloudevents_url, config.cloudevents_token, config.cloudevents_source)));
  }
  if (!config.archive_folder.empty()) {
    Add({.name = kArchiveSink, .check = SinkCheck::kNone, .facts = facts},
        std::make_unique<FileArchive>(
            FileArchive::Options{.folder = config.archive_folder,
                                 .max_file_bytes = std::int64_t{config.archive_file_mb} << 20},
            clock));
  }
  if (!config.s3_url.empty()) {
    Add({.name = kS3Sink, .check = SinkCheck::kNone, .facts = facts},
        std::make_unique<S3Archive>(
            std::make_unique<S3Bucket>(S3Bucket::Options{.url = config.s3_url,
                                                         .key = {.access_key = config.s3_access_key,
                                                                 .secret_key = config.s3_secret_key,
                                                                 .region = config.s3_region}}),
            config.s3_prefix));
  }
  if (sinks_.empty()) return;
  reporter_ = std::make_unique<runtime::Periodic>(kReportInterval, [this] { Report(); });
}

Sinks::~Sinks() {
  for (Sink& sink : sinks_) sink.pump->Stop();
}

void Sinks::Add(SinkSpec spec, std::unique_ptr<SinkClient> client) {
  Sink& sink = sinks_.emplace_back();
  sink.name = spec.name;
  sink.client = std::move(client);
  sink.pump = std::make_unique<SinkPump>(std::move(spec), owner_, store_, *sink.client, monitor_,
                                         clock_, Random);
  sink.thread =
      std::make_unique<runtime::Periodic>(kPoll, [pump = sink.pump.get()] { pump->Run(); });
}

void Sinks::WatchThrottles(const SinksConfig& config, ThrottleStore& throttles) {
  throttle_source_ = std::make_unique<WaybillThrottles>(config.waybill_url, config.waybill_api_key);
  throttle_watch_ = std::make_unique<ThrottleWatch>(config.waybill_same_project_ids, throttles,
                                                    *throttle_source_, clock_);
  throttle_thread_ = std::make_unique<runtime::Periodic>(config.throttle_poll, [this, &throttles] {
    if (const absl::Status status = throttle_watch_->Poll(); !status.ok()) {
      spdlog::warn("waybill: {}", status.ToString());
    }
    const auto list = throttles.List();
    if (list.ok()) monitor_.Throttled(list->size());
  });
}

void Sinks::Report() {
  const absl::StatusOr<std::vector<SinkReport>> reports = store_.Report();
  if (!reports.ok()) {
    spdlog::warn("sinks: {}", reports.status().ToString());
    return;
  }
  for (const SinkReport& report : *reports) {
    const bool on = std::any_of(sinks_.begin(), sinks_.end(),
                                [&](const Sink& sink) { return sink.name == report.state.name; });
    if (on) monitor_.Reported(report, clock_.Now());
  }
}

}  // namespace furnace::metering
