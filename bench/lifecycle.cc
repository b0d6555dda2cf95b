// How many jobs the real scheduler takes through their whole life in a second, and
// how soon a job reaches a worker. bench/run.py starts the services and calls this.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "bench/job_client.h"
#include "bench/measure.h"
#include "bench/native_worker.h"
#include "bench/redis_limit.h"
#include "bench/submit_load.h"
#include "libs/common/base/mutex.h"

namespace furnace::bench {
namespace {

struct Options {
  std::string scheduler;
  std::string registry;
  std::string token;
  std::string project;
  std::string redis;
  std::vector<int> pids;
  int clients = 128;
  int workers = 4;
  int repeats = 5;
  int seconds = 3;
};

/// When each job was submitted and when it reached a worker.
class Journal {
 public:
  void Arrived(const std::string& id) {
    const absl::Time now = absl::Now();
    MutexLock lock(mutex_);
    arrived_[id] = now;
    changed_.SignalAll();
  }

  /// Time from `submitted` to the arrival of the job, waiting for it up to 5 seconds.
  absl::Duration Dispatch(const std::string& id, absl::Time submitted) {
    const absl::Time deadline = absl::Now() + absl::Seconds(5);
    MutexLock lock(mutex_);
    while (!arrived_.contains(id) && absl::Now() < deadline) {
      changed_.WaitFor(mutex_, deadline - absl::Now());
    }
    return arrived_.contains(id) ? arrived_[id] - submitted : absl::Seconds(5);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::map<std::string, absl::Time> arrived_ ABSL_GUARDED_BY(mutex_);
};

/// Workers and clients of one endpoint.
class Rig {
 public:
  Rig(const Options& options, const std::string& name, const NativeWorker::OnJob& on_job)
      : options_(options),
        ids_(CreateEndpoint(options.registry, options.token, options.project, name)) {
    for (int i = 0; i < options.workers; ++i) {
      workers_.push_back(std::make_unique<NativeWorker>(
          NativeWorker::Options{.scheduler_address = options.scheduler,
                                .internal_token = options.token,
                                .worker_id = fmt::format("bench-{}-{}-{}", name, getpid(), i),
                                .endpoint_id = ids_.endpoint_id},
          on_job));
    }
  }

  std::unique_ptr<SubmitLoad> NewLoad(int jobs) const {
    return std::make_unique<SubmitLoad>(
        rpc::Dial(options_.scheduler), options_.token, ids_,
        SubmitLoad::Options{.clients = options_.clients, .jobs = jobs});
  }

  std::unique_ptr<JobClient> NewClient() const {
    return std::make_unique<JobClient>(rpc::Dial(options_.scheduler), options_.token,
                                       ids_.project_id, ids_.endpoint_id);
  }

  std::int64_t settled() const {
    std::int64_t sum = 0;
    for (const auto& worker : workers_) sum += worker->settled();
    return sum;
  }

 private:
  const Options& options_;
  const EndpointIds ids_;
  std::vector<std::unique_ptr<NativeWorker>> workers_;
};

struct Throughput {
  double per_second = 0;
  std::vector<double> cpu_per_1000;  // By process, in the order of pids.
};

std::vector<absl::Duration> CpuTimes(const std::vector<int>& pids) {
  std::vector<absl::Duration> times;
  times.reserve(pids.size());
  for (const int pid : pids) times.push_back(CpuTime(pid));
  return times;
}

// Clients submit until the time is up; what was accepted is waited for.
Throughput Measure(const Options& options, const Rig& rig, SubmitLoad& load) {
  const std::vector<absl::Duration> cpu_before = CpuTimes(options.pids);
  const std::int64_t settled_before = rig.settled();
  const absl::Time start = absl::Now();
  const std::int64_t accepted = load.RunUntil(start + absl::Seconds(options.seconds));
  const absl::Time patience = absl::Now() + absl::Seconds(30);
  while (rig.settled() - settled_before < accepted && absl::Now() < patience) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  const auto done = static_cast<double>(rig.settled() - settled_before);
  Throughput measured{.per_second = done / absl::ToDoubleSeconds(absl::Now() - start),
                      .cpu_per_1000 = {}};
  const std::vector<absl::Duration> cpu_after = CpuTimes(options.pids);
  for (std::size_t i = 0; i < cpu_after.size(); ++i) {
    measured.cpu_per_1000.push_back(absl::ToDoubleSeconds(cpu_after[i] - cpu_before[i]) / done *
                                    1000);
  }
  return measured;
}

void PrintThroughput(const Options& options, const std::string& mode, int jobs) {
  const Rig rig(options, fmt::format("{}-{}", mode, getpid()), [](const std::string&) {});
  const std::unique_ptr<SubmitLoad> load = rig.NewLoad(jobs);
  std::vector<double> rates;
  std::vector<std::vector<double>> cpu(options.pids.size());  // By process.
  for (int i = 0; i < options.repeats; ++i) {
    const Throughput measured = Measure(options, rig, *load);
    rates.push_back(measured.per_second);
    for (std::size_t p = 0; p < cpu.size(); ++p) cpu[p].push_back(measured.cpu_per_1000[p]);
  }
  double total = 0;
  std::string parts;
  for (std::size_t p = 0; p < cpu.size(); ++p) {
    total += Median(cpu[p]);
    parts +=
        fmt::format("{}{} {:.3f}", p == 0 ? "" : ", ", NameOf(options.pids[p]), Median(cpu[p]));
  }
  fmt::print("{} submits: {} lifecycles/s, {:.3f} CPU-s per 1,000 jobs ({})\n", mode,
             WithCommas(static_cast<std::int64_t>(Median(rates))), total, parts);
}

void PrintLatency(const std::string& what, const std::vector<absl::Duration>& submit,
                  const std::vector<absl::Duration>& dispatch) {
  const auto ms = [](absl::Duration d) { return absl::ToDoubleMilliseconds(d); };
  fmt::print("{}: submit p50 {:.2f} ms p99 {:.2f} ms, dispatch p50 {:.2f} ms p99 {:.2f} ms\n", what,
             ms(Percentile(submit, 50)), ms(Percentile(submit, 99)), ms(Percentile(dispatch, 50)),
             ms(Percentile(dispatch, 99)));
}

// One job every `gap`; dispatch counts from before the submit to the worker's hand.
void MeasureLatency(const Options& options, const std::string& name, const std::string& what,
                    int jobs, absl::Duration gap) {
  Journal journal;
  const Rig rig(options, fmt::format("{}-{}", name, getpid()),
                [&journal](const std::string& id) { journal.Arrived(id); });
  const std::unique_ptr<JobClient> client = rig.NewClient();
  std::vector<absl::Duration> submit;
  std::vector<absl::Duration> dispatch;
  client->Submit();
  absl::Time next = absl::Now() + absl::Seconds(1);
  for (int i = 0; i < jobs; ++i, next += gap) {
    absl::SleepFor(next - absl::Now());
    const absl::Time start = absl::Now();
    const std::string id = client->Submit();
    submit.push_back(absl::Now() - start);
    dispatch.push_back(journal.Dispatch(id, start));
  }
  PrintLatency(what, submit, dispatch);
}

void PrintMemory(const Options& options) {
  constexpr int kJobs = 10'000;
  const EndpointIds ids = CreateEndpoint(options.registry, options.token, options.project,
                                         fmt::format("memory-{}", getpid()));
  JobClient client(rpc::Dial(options.scheduler), options.token, ids.project_id, ids.endpoint_id);
  const std::string input = "\"" + std::string(198, 'x') + "\"";
  const double before = RedisUsedBytes(options.redis);
  for (int i = 0; i < kJobs; ++i) client.Submit(input);
  absl::SleepFor(absl::Seconds(2));  // The relay drops events it has stored.
  fmt::print("Redis memory: {:.0f} bytes per queued job with a 200-byte input\n",
             (RedisUsedBytes(options.redis) - before) / kJobs);
}

void PrintRedisLimit(const Options& options) {
  std::vector<double> limits;
  limits.reserve(static_cast<std::size_t>(options.repeats));
  for (int i = 0; i < options.repeats; ++i) limits.push_back(RedisScriptsPerSecond(options.redis));
  fmt::print("Redis limit: {} three-command scripts/s, pipelined 128 deep\n",
             WithCommas(static_cast<std::int64_t>(Median(limits))));
}

void Run(const Options& options, const std::string& part) {
  if (part == "silence") {
    MeasureLatency(options, part, "after 2 s of silence", 50, absl::Seconds(2));
  } else if (part == "steady") {
    MeasureLatency(options, part, "200 jobs/s", 2000, absl::Milliseconds(5));
  } else if (part == "memory") {
    PrintMemory(options);
  } else if (part == "throughput") {
    PrintRedisLimit(options);
    PrintThroughput(options, "single", 1);
    PrintThroughput(options, "batched", 100);
  }
}

}  // namespace
}  // namespace furnace::bench

int main(int argc, char** argv) try {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // A line counts when it is printed.
  furnace::bench::Options options;
  CLI::App app{"Measures job lifecycles; see bench/README.md."};
  // The load comes last: what a million rows leave to do for PostgreSQL is no silence, and
  // what the relay still drops from Redis is no job's memory.
  std::vector<std::string> parts = {"silence", "steady", "memory", "throughput"};
  app.add_option("--scheduler", options.scheduler)->required();
  app.add_option("--registry", options.registry)->required();
  app.add_option("--token", options.token)->required();
  app.add_option("--project", options.project)->required();
  app.add_option("--redis", options.redis)->required();
  app.add_option("--pids", options.pids, "processes whose CPU time counts");
  app.add_option("--parts", parts, "what to measure");
  app.add_option("--clients", options.clients);
  app.add_option("--workers", options.workers);
  app.add_option("--repeats", options.repeats);
  app.add_option("--seconds", options.seconds);
  CLI11_PARSE(app, argc, argv);
  options.pids.push_back(getpid());
  for (const std::string& part : parts) furnace::bench::Run(options, part);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
