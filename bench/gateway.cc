// What the gateway adds to a call: REST beside direct gRPC, and beside what nginx adds
// to a trivial upstream. bench/gateway.py starts the services and calls this.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "bench/chunk_watchers.h"
#include "bench/chunk_worker.h"
#include "bench/http_load.h"
#include "bench/job_client.h"
#include "bench/measure.h"
#include "bench/submit_load.h"

namespace furnace::bench {
namespace {

struct Options {
  std::string scheduler;
  std::string registry;
  std::string token;
  std::string project;
  std::string key;
  int http = 0;
  int proxy = 0;     // nginx in front of `upstream`; 0: there is none.
  int upstream = 0;  // nginx that answers by itself.
  std::vector<int> pids;
  int connections = 64;
  int repeats = 5;
  int seconds = 3;
  double rate = 1000;
  int streams = 100;
  double chunks = 50;  // A second, of each stream.
};

using Latencies = std::vector<absl::Duration>;

double Ms(absl::Duration duration) { return absl::ToDoubleMilliseconds(duration); }

/// Medians over rounds of p50 and p99, in ms.
class Rounds {
 public:
  void Add(const Latencies& round) {
    p50_.push_back(Ms(Percentile(round, 50)));
    p99_.push_back(Ms(Percentile(round, 99)));
  }
  double p50() const { return Median(p50_); }
  double p99() const { return Median(p99_); }

 private:
  std::vector<double> p50_;
  std::vector<double> p99_;
};

void PrintAdded(const std::string& what, const Rounds& base, const Rounds& through) {
  fmt::print("{}: p50 {:.2f} ms p99 {:.2f} ms; added to p50 {:.2f} ms, to p99 {:.2f} ms\n", what,
             through.p50(), through.p99(), through.p50() - base.p50(), through.p99() - base.p99());
}

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options),
        ids_(CreateEndpoint(options.registry, options.token, options.project,
                            fmt::format("gateway-{}", getpid()))),
        request_(PostRequest("/v1/endpoints/" + ids_.endpoint_id + "/run", options.key,
                             R"({"input":{}})")) {}

  void AddedLatency() const {
    SubmitLoad direct(rpc::Dial(options_.scheduler), options_.token, ids_,
                      {.clients = options_.connections, .jobs = 1});
    std::map<std::string, Rounds> rounds;
    const absl::Duration length = absl::Seconds(options_.seconds);
    for (int i = 0; i < options_.repeats; ++i) {
      rounds["direct"].Add(direct.Pace(options_.rate, length));
      rounds["gateway"].Add(NewLoad(options_.http)->Pace(options_.rate, length));
      if (options_.proxy == 0) continue;
      rounds["upstream"].Add(NewLoad(options_.upstream)->Pace(options_.rate, length));
      rounds["proxy"].Add(NewLoad(options_.proxy)->Pace(options_.rate, length));
    }
    fmt::print("{:.0f} submits/s over gRPC: p50 {:.2f} ms p99 {:.2f} ms\n", options_.rate,
               rounds["direct"].p50(), rounds["direct"].p99());
    PrintAdded("the same over REST", rounds["direct"], rounds["gateway"]);
    if (options_.proxy == 0) return;
    PrintAdded("nginx, trivial upstream", rounds["upstream"], rounds["proxy"]);
    fmt::print("gateway / nginx, added to p50: {:.1f}\n",
               (rounds["gateway"].p50() - rounds["direct"].p50()) /
                   (rounds["proxy"].p50() - rounds["upstream"].p50()));
  }

  void Throughput() const {
    const double gateway = PrintFlood("REST submits", options_.http);
    if (options_.proxy == 0) return;
    const double proxy = PrintFlood("nginx, trivial upstream", options_.proxy);
    fmt::print("gateway / nginx, requests/s: {:.2f}\n", gateway / proxy);
  }

  void ChunkDelay() const {
    ChunkWorker worker({.scheduler_address = options_.scheduler,
                        .internal_token = options_.token,
                        .worker_id = fmt::format("bench-chunks-{}", getpid()),
                        .endpoint_id = chunk_ids_.endpoint_id,
                        .credits = options_.streams});
    rpc::CallContext caller;
    caller.project_id = options_.project;
    caller.role = v1::ROLE_VIEWER;
    const DirectWatch direct{
        .scheduler_address = options_.scheduler,
        .options = {.internal_token = options_.token, .timeout = absl::Minutes(5)},
        .caller = caller};
    const SocketWatch socket{.port = options_.http, .key = options_.key};
    std::map<std::string, Rounds> rounds;
    for (int i = 0; i < options_.repeats; ++i) {
      rounds["direct"].Add(Stream(
          worker, [&](const auto& ids, const auto& all) { return Watch(direct, ids, all); }));
      rounds["gateway"].Add(Stream(
          worker, [&](const auto& ids, const auto& all) { return Watch(socket, ids, all); }));
    }
    fmt::print(
        "{} streams x {:.0f} chunks/s, worker to watcher over gRPC: p50 {:.2f} ms p99 {:.2f} ms\n",
        options_.streams, options_.chunks, rounds["direct"].p50(), rounds["direct"].p99());
    PrintAdded("the same over WebSockets", rounds["direct"], rounds["gateway"]);
  }

 private:
  std::unique_ptr<HttpLoad> NewLoad(int port) const {
    return std::make_unique<HttpLoad>(port, request_, options_.connections);
  }

  // Requests a second, and what each process spends on them.
  double PrintFlood(const std::string& what, int port) const {
    const auto load = NewLoad(port);
    std::vector<double> rates;
    std::vector<absl::Duration> cpu(options_.pids.size());
    std::int64_t answered = 0;
    for (int i = 0; i < options_.repeats; ++i) {
      for (std::size_t p = 0; p < cpu.size(); ++p) cpu[p] -= CpuTime(options_.pids[p]);
      const absl::Time start = absl::Now();
      const std::int64_t done = load->Flood(absl::Seconds(options_.seconds));
      rates.push_back(static_cast<double>(done) / absl::ToDoubleSeconds(absl::Now() - start));
      for (std::size_t p = 0; p < cpu.size(); ++p) cpu[p] += CpuTime(options_.pids[p]);
      answered += done;
    }
    std::string parts;
    for (std::size_t p = 0; p < cpu.size(); ++p) {
      parts += fmt::format(", {} {:.3f}", NameOf(options_.pids[p]),
                           absl::ToDoubleSeconds(cpu[p]) / static_cast<double>(answered) * 1000);
    }
    fmt::print("{}: {} requests/s, {} failed; CPU-s per 1,000{}\n", what,
               WithCommas(static_cast<std::int64_t>(Median(rates))), load->failures(), parts);
    return Median(rates);
  }

  // New jobs, chunks of which the worker sends while `watch` follows them.
  Latencies Stream(ChunkWorker& worker,
                   const std::function<Latencies(const std::vector<std::string>&,
                                                 const std::function<void()>&)>& watch) const {
    JobClient client(rpc::Dial(options_.scheduler), options_.token, options_.project,
                     chunk_ids_.endpoint_id);
    std::vector<std::string> ids;
    for (int i = 0; i < options_.streams; ++i) ids.push_back(client.Submit());
    std::promise<void> all_watch;
    std::future<Latencies> watching =
        std::async(std::launch::async, [&] { return watch(ids, [&] { all_watch.set_value(); }); });
    all_watch.get_future().wait_for(std::chrono::seconds(30));  // Opening them is not measured.
    worker.Yield(ids, options_.chunks, static_cast<int>(options_.chunks) * options_.seconds);
    worker.Settle(ids);
    return watching.get();
  }

  const Options& options_;
  const EndpointIds ids_;
  const EndpointIds chunk_ids_ = CreateEndpoint(options_.registry, options_.token, options_.project,
                                                fmt::format("chunks-{}", getpid()));
  const std::string request_;
};

}  // namespace
}  // namespace furnace::bench

int main(int argc, char** argv) try {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // A line counts when it is printed.
  furnace::bench::Options options;
  CLI::App app{"Measures what the gateway adds; see bench/README.md."};
  std::vector<std::string> parts = {"latency", "throughput", "chunks"};
  app.add_option("--scheduler", options.scheduler)->required();
  app.add_option("--registry", options.registry)->required();
  app.add_option("--token", options.token)->required();
  app.add_option("--project", options.project)->required();
  app.add_option("--key", options.key)->required();
  app.add_option("--http", options.http, "the gateway's port")->required();
  app.add_option("--proxy", options.proxy, "port of nginx in front of --upstream");
  app.add_option("--upstream", options.upstream);
  app.add_option("--pids", options.pids, "processes whose CPU time counts");
  app.add_option("--parts", parts, "what to measure");
  app.add_option("--connections", options.connections);
  app.add_option("--repeats", options.repeats);
  app.add_option("--seconds", options.seconds);
  app.add_option("--rate", options.rate);
  app.add_option("--streams", options.streams);
  CLI11_PARSE(app, argc, argv);
  options.pids.push_back(getpid());
  const furnace::bench::Bench bench(options);
  for (const std::string& part : parts) {
    if (part == "latency") bench.AddedLatency();
    if (part == "throughput") bench.Throughput();
    if (part == "chunks") bench.ChunkDelay();
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
