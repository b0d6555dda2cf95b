// How many usage records the real metering service takes into its books in a second, how fast
// it reports and audits them. bench/metering.py starts the service and calls this.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "bench/measure.h"
#include "furnace/internal/v1/usage_service.grpc.pb.h"
#include "furnace/v1/metering_service.grpc.pb.h"
#include "libs/common/base/uuid.h"
#include "libs/common/rpc/client.h"

namespace furnace::bench {
namespace {

constexpr int kEndpoints = 10;

struct Options {
  std::string metering;
  std::string token;
  std::vector<int> pids;
  int rounds = 3;
  int events = 200'000;
  int batch = 1'000;
  int callers = 4;
  int projects = 10;
  int keys = 1;
  int segments = 1'000'000;
  int questions = 500;
};

using Batches = std::vector<internal::v1::RecordUsageRequest>;

std::vector<std::string> NewIds(int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) ids.push_back(NewUuid(absl::Now()));
  return ids;
}

// Attempts of seconds that ended within `age`, evenly spread.
class Records {
 public:
  Records(std::vector<std::string> projects, int keys, absl::Duration age)
      : projects_(std::move(projects)),
        keys_(NewIds(keys)),
        age_us_(absl::ToInt64Microseconds(age)) {}

  Batches Make(int events, int batch) {
    Batches batches;
    for (int i = 0; i < events; ++i) {
      if (i % batch == 0) batches.emplace_back();
      Fill(*batches.back().add_records());
    }
    return batches;
  }

 private:
  std::int64_t Pick(std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(0, most)(random_);
  }

  void Fill(internal::v1::UsageRecord& record) {
    const std::int64_t now_us = absl::ToUnixMicros(absl::Now());
    record.set_job_id(NewUuid(absl::Now()));
    record.set_epoch(1);
    record.set_project_id(
        projects_[static_cast<std::size_t>(Pick(static_cast<std::int64_t>(projects_.size()) - 1))]);
    record.set_endpoint_id(endpoints_[static_cast<std::size_t>(Pick(kEndpoints - 1))]);
    record.set_worker_id(record.endpoint_id());
    record.set_gpu_type(Pick(1) == 0 ? "rtx4000" : "rtx4090");
    record.set_gpu_count(1);
    record.set_end_us(now_us - Pick(age_us_));
    record.set_start_us(record.end_us() - Pick(30'000'000));
    record.set_region("eu");
    if (keys_.empty()) return;
    record.set_api_key_id(keys_[static_cast<std::size_t>(record.end_us()) % keys_.size()]);
  }

  const std::vector<std::string> projects_;
  const std::vector<std::string> keys_;
  const std::int64_t age_us_;
  const std::vector<std::string> endpoints_ = NewIds(kEndpoints);
  std::mt19937_64 random_{1};
};

// The CPU time that processes take from here on.
class CpuMeter {
 public:
  explicit CpuMeter(const std::vector<int>& pids) : pids_(pids) {
    for (const int pid : pids) begun_.push_back(CpuTime(pid));
  }

  void Print(std::int64_t count, const char* what) const {
    for (std::size_t i = 0; i < pids_.size(); ++i) {
      const absl::Duration used = CpuTime(pids_[i]) - begun_[i];
      fmt::print("  CPU of {}: {:.2f} ms per 1,000 {}\n", NameOf(pids_[i]),
                 1'000 * absl::ToDoubleMilliseconds(used) / static_cast<double>(count), what);
    }
  }

 private:
  const std::vector<int>& pids_;
  std::vector<absl::Duration> begun_;
};

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options),
        channel_(rpc::Dial(options.metering)),
        usage_(internal::v1::UsageService::NewStub(channel_)),
        metering_(v1::MeteringService::NewStub(channel_)) {}

  // Sends the batches from several callers at once; events a second.
  double Record(const Batches& batches) {
    std::atomic<std::size_t> next{0};
    std::atomic<std::int64_t> recorded{0};
    const absl::Time begun = absl::Now();
    std::vector<std::thread> callers;
    for (int i = 0; i < options_.callers; ++i) {
      callers.emplace_back([&] {
        for (std::size_t at = next++; at < batches.size(); at = next++)
          recorded += Send(batches[at]);
      });
    }
    for (std::thread& caller : callers) caller.join();
    return static_cast<double>(recorded) / absl::ToDoubleSeconds(absl::Now() - begun);
  }

  // Rounds of events of many projects as they come from the scheduler.
  void Rounds() {
    Records records(NewIds(options_.projects), options_.keys, absl::Minutes(1));
    std::vector<double> rates;
    const CpuMeter meter(options_.pids);
    for (int round = 0; round < options_.rounds; ++round) {
      rates.push_back(Record(records.Make(options_.events, options_.batch)));
    }
    fmt::print("RecordUsage, {} projects, batches of {}, {} callers: {} events/s (median of {})\n",
               options_.projects, options_.batch, options_.callers,
               WithCommas(static_cast<std::int64_t>(Median(rates))), options_.rounds);
    meter.Print(static_cast<std::int64_t>(options_.rounds) * options_.events, "events");
  }

  // Fills one project with a day's usage.
  void Fill() {
    Records records({project_}, options_.keys, absl::Hours(24));
    double rate = 0;
    for (int left = options_.segments; left > 0; left -= options_.events) {
      rate = Record(records.Make(std::min(left, options_.events), options_.batch));
    }
    fmt::print("RecordUsage, one project, of any hour of a day: {} events/s (the last {})\n",
               WithCommas(static_cast<std::int64_t>(rate)), WithCommas(options_.events));
  }

  void Usage() {
    std::mt19937_64 random(2);
    std::vector<absl::Duration> until_now;
    std::vector<absl::Duration> cut;
    for (int i = 0; i < options_.questions; ++i) {
      v1::GetUsageRequest request;
      request.add_group_by(v1::USAGE_GROUP_ENDPOINT);
      request.mutable_start_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) - 20 * 86'400);
      until_now.push_back(Ask(request));
      request.mutable_start_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) -
                                                static_cast<std::int64_t>(random() % 86'400));
      cut.push_back(Ask(request));
    }
    const auto print = [](const char* what, const std::vector<absl::Duration>& times) {
      fmt::print("GetUsage, {}: p50 {:.1f} ms, p99 {:.1f} ms\n", what,
                 absl::ToDoubleMilliseconds(Percentile(times, 50)),
                 absl::ToDoubleMilliseconds(Percentile(times, 99)));
    };
    print("up to now", until_now);
    print("from the middle of an hour on", cut);
  }

  void Audit() {
    v1::AuditLedgerRequest request;
    v1::AuditLedgerResponse response;
    std::int64_t segments = 0;
    int differences = 0;
    const CpuMeter meter(options_.pids);
    const absl::Time begun = absl::Now();
    while (!response.complete()) {
      response.Clear();
      grpc::ClientContext context;
      Prepare(context);
      if (!metering_->AuditLedger(&context, request, &response).ok()) return;
      segments += response.segments();
      differences += response.differences_size();
      request.set_after_number(response.last().number());
    }
    fmt::print("AuditLedger: {} segments/s, {} segments, {} differences\n",
               WithCommas(static_cast<std::int64_t>(static_cast<double>(segments) /
                                                    absl::ToDoubleSeconds(absl::Now() - begun))),
               WithCommas(segments), differences);
    meter.Print(segments, "segments");
  }

 private:
  void Prepare(grpc::ClientContext& context) const {
    rpc::Prepare(context, {.internal_token = options_.token, .timeout = absl::Seconds(60)});
    context.AddMetadata(rpc::kProjectKey, project_);
  }

  std::int64_t Send(const internal::v1::RecordUsageRequest& batch) {
    grpc::ClientContext context;
    rpc::Prepare(context, {.internal_token = options_.token, .timeout = absl::Seconds(60)});
    internal::v1::RecordUsageResponse response;
    const grpc::Status status = usage_->RecordUsage(&context, batch, &response);
    if (!status.ok()) fmt::print(stderr, "RecordUsage: {}\n", status.error_message());
    return response.recorded();
  }

  absl::Duration Ask(const v1::GetUsageRequest& request) {
    grpc::ClientContext context;
    Prepare(context);
    v1::GetUsageResponse response;
    const absl::Time begun = absl::Now();
    const grpc::Status status = metering_->GetUsage(&context, request, &response);
    if (!status.ok()) fmt::print(stderr, "GetUsage: {}\n", status.error_message());
    return absl::Now() - begun;
  }

  const Options options_;
  const std::string project_ = NewUuid(absl::Now());
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<internal::v1::UsageService::Stub> usage_;
  const std::unique_ptr<v1::MeteringService::Stub> metering_;
};

int Run(int argc, char** argv) {
  Options options;
  CLI::App app("Measures furnace-metering");
  app.add_option("--metering", options.metering)->required();
  app.add_option("--token", options.token)->required();
  app.add_option("--pids", options.pids);
  app.add_option("--rounds", options.rounds);
  app.add_option("--events", options.events, "in a round");
  app.add_option("--callers", options.callers);
  app.add_option("--projects", options.projects);
  app.add_option("--keys", options.keys, "API keys that jobs are submitted with; 0: none");
  app.add_option("--segments", options.segments, "of the project that is reported and audited");
  app.add_option("--questions", options.questions);
  CLI11_PARSE(app, argc, argv);
  Bench bench(options);
  bench.Rounds();
  bench.Fill();
  bench.Usage();
  bench.Audit();
  return 0;
}

}  // namespace
}  // namespace furnace::bench

int main(int argc, char** argv) { return furnace::bench::Run(argc, argv); }
