#include "services/scheduler/domain/autoscale.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

using Ids = std::vector<std::string>;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'000'000);

Endpoint WithPolicy(ScalePolicy policy) {
  Endpoint endpoint;
  endpoint.scale = policy;
  return endpoint;
}

WorkerSnapshot Starting(std::string id) { return {.id = std::move(id), .starting = true}; }

WorkerSnapshot Busy(std::string id) { return {.id = std::move(id), .jobs = 1}; }

WorkerSnapshot Idle(std::string id, absl::Duration idle_for) {
  return {.id = std::move(id), .idle_since = kNow - idle_for};
}

int Starts(const ScaleDecision& decision) { return static_cast<int>(decision.start.size()); }

// `busy` and `starting` workers.
std::vector<WorkerSnapshot> Workers(int busy, int starting) {
  std::vector<WorkerSnapshot> workers;
  for (int i = 0; i < busy; ++i) workers.push_back(Busy("b" + std::to_string(i)));
  for (int i = 0; i < starting; ++i) workers.push_back(Starting("s" + std::to_string(i)));
  return workers;
}

TEST(AutoscaleTest, QueueDelayAddsAWorkerForEachPeriodWaited) {
  const struct {
    int queued;
    double waited_s;
    int busy;
    int starting;
    int start;
  } cases[] = {
      {0, 0, 0, 0, 0},      {1, 0, 0, 0, 1},  // The first worker starts at once,
      {100, 0, 0, 0, 1},                      // and only one of them.
      {1, 0, 0, 1, 0},                        // Help is on its way.
      {5, 3.999, 1, 0, 0},                    // value is 4 s.
      {5, 4, 1, 0, 1},      {5, 7.999, 1, 0, 1},
      {5, 8, 1, 0, 2},      {5, 8, 1, 1, 1},       // What starts counts as help.
      {5, 8, 1, 2, 0},      {2, 400, 1, 0, 2},     // Never more than there are jobs waiting,
      {2, 400, 1, 1, 0},                           // less those that starting workers will take.
      {100, 400, 1, 0, 9},  {100, 400, 10, 0, 0},  // max_workers is 10.
      {100, 400, 12, 0, 0}, {0, 400, 3, 0, 0},
  };
  for (const auto& c : cases) {
    const QueueSnapshot queue{
        .queued = c.queued, .running = c.busy, .oldest_wait = absl::Seconds(c.waited_s)};
    const ScaleDecision decision =
        Autoscale(WithPolicy({}), queue, Workers(c.busy, c.starting), {}, kNow);
    EXPECT_EQ(Starts(decision), c.start) << c.queued << " jobs, " << c.waited_s << " s, " << c.busy
                                         << " busy, " << c.starting << " starting";
    EXPECT_TRUE(decision.drain.empty());
  }
}

TEST(AutoscaleTest, RequestCountWantsAWorkerForEachFewJobs) {
  const struct {
    int queued;
    int running;
    int workers;
    int start;
  } cases[] = {
      {0, 0, 0, 0}, {1, 0, 0, 1}, {4, 0, 0, 1}, {5, 0, 0, 2},   {3, 2, 1, 1},
      {0, 4, 1, 0}, {0, 5, 1, 1}, {8, 0, 2, 0}, {40, 0, 0, 10}, {41, 0, 0, 10},
  };
  for (const auto& c : cases) {
    const QueueSnapshot queue{.queued = c.queued, .running = c.running, .oldest_wait = {}};
    const ScaleDecision decision =
        Autoscale(WithPolicy({.type = ScalerType::kRequestCount, .value = 4}), queue,
                  Workers(c.workers, 0), {}, kNow);
    EXPECT_EQ(Starts(decision), c.start)
        << c.queued << " queued, " << c.running << " running, " << c.workers << " workers";
  }
}

TEST(AutoscaleTest, KeepsMinWorkersAndNoMoreThanMaxWorkers) {
  const struct {
    int min;
    int max;
    int queued;
    int workers;
    int start;
  } cases[] = {
      {2, 10, 0, 0, 2}, {2, 10, 0, 1, 1}, {2, 10, 0, 2, 0},
      {0, 0, 5, 0, 0},  {0, 1, 50, 0, 1}, {3, 2, 0, 0, 3},  // The floor wins over a lower ceiling.
  };
  for (const auto& c : cases) {
    const ScalePolicy policy{.min_workers = c.min, .max_workers = c.max};
    const QueueSnapshot queue{.queued = c.queued, .running = 0, .oldest_wait = absl::Hours(1)};
    EXPECT_EQ(Autoscale(WithPolicy(policy), queue, Workers(c.workers, 0), {}, kNow).start.size(),
              static_cast<std::size_t>(c.start))
        << c.min << " to " << c.max;
  }
}

TEST(AutoscaleTest, DrainsWorkersIdleForTheTimeout) {
  const Endpoint endpoint = WithPolicy({.idle_timeout = absl::Seconds(5)});
  const struct {
    absl::Duration idle_for;
    bool drained;
  } cases[] = {
      {absl::ZeroDuration(), false},
      {absl::Seconds(5) - absl::Microseconds(1), false},
      {absl::Seconds(5), true},
      {absl::Hours(1), true},
  };
  for (const auto& c : cases) {
    const ScaleDecision decision = Autoscale(endpoint, {}, {Idle("a", c.idle_for)}, {}, kNow);
    EXPECT_EQ(decision.drain, c.drained ? Ids{"a"} : Ids{}) << absl::FormatDuration(c.idle_for);
    EXPECT_EQ(Starts(decision), 0);
  }
}

TEST(AutoscaleTest, TheLongestIdleGoesFirstAndTiesGoToTheSmallestId) {
  const Endpoint endpoint = WithPolicy({.min_workers = 1});
  const std::vector<WorkerSnapshot> workers = {
      Idle("d", absl::Seconds(9)), Idle("c", absl::Seconds(60)), Idle("b", absl::Seconds(9)),
      Idle("a", absl::Seconds(8))};
  EXPECT_EQ(Autoscale(endpoint, {}, workers, {}, kNow).drain, (Ids{"c", "b", "d"}));
}

TEST(AutoscaleTest, BusyStartingAndDrainingWorkersAreLeftAlone) {
  WorkerSnapshot draining = Idle("d", absl::Hours(1));
  draining.draining = true;
  const ScaleDecision decision =
      Autoscale(WithPolicy({}), {}, {Busy("b"), Starting("s"), draining}, {}, kNow);
  EXPECT_TRUE(decision.drain.empty());
  EXPECT_EQ(Starts(decision), 0);
}

TEST(AutoscaleTest, ADrainingWorkerIsNoHelp) {
  WorkerSnapshot draining = Busy("d");
  draining.draining = true;
  EXPECT_EQ(Autoscale(WithPolicy({}), {.queued = 1, .running = 1, .oldest_wait = {}}, {draining},
                      {}, kNow)
                .start.size(),
            1);
  EXPECT_EQ(Autoscale(WithPolicy({.min_workers = 1}), {}, {draining}, {}, kNow).start.size(), 1U);
}

TEST(AutoscaleTest, NobodyIsDrainedWhileJobsWait) {
  const QueueSnapshot queue{.queued = 1, .running = 0, .oldest_wait = absl::ZeroDuration()};
  EXPECT_TRUE(
      Autoscale(WithPolicy({}), queue, {Idle("a", absl::Hours(1))}, {}, kNow).drain.empty());
}

TEST(AutoscaleTest, AnOutdatedWorkerGoesOnceIdleWhateverElse) {
  WorkerSnapshot idle = Idle("a", absl::ZeroDuration());
  idle.outdated = true;
  WorkerSnapshot busy = Busy("b");
  busy.outdated = true;
  const QueueSnapshot queue{.queued = 3, .running = 1, .oldest_wait = absl::ZeroDuration()};
  const ScaleDecision decision =
      Autoscale(WithPolicy({.min_workers = 2}), queue, {idle, busy}, {}, kNow);
  EXPECT_EQ(decision.drain, Ids{"a"});
  EXPECT_EQ(Starts(decision), 1);  // In its place, for the floor's sake.
}

TEST(AutoscaleTest, ADeletedEndpointLosesItsWorkersOnceItsQueueIsEmpty) {
  Endpoint endpoint = WithPolicy({.min_workers = 3, .idle_timeout = absl::Hours(1)});
  endpoint.deleted = true;
  const std::vector<WorkerSnapshot> workers = {Idle("a", absl::ZeroDuration()), Busy("b"),
                                               Starting("c")};
  const ScaleDecision empty = Autoscale(endpoint, {}, workers, {}, kNow);
  EXPECT_EQ(empty.drain, Ids{"a"});
  EXPECT_EQ(Starts(empty), 0);
  const QueueSnapshot queue{.queued = 1, .running = 1, .oldest_wait = absl::ZeroDuration()};
  EXPECT_TRUE(Autoscale(endpoint, queue, workers, {}, kNow).drain.empty());
}

TEST(AutoscaleTest, APausedEndpointStartsNoneAndLetsIdleOnesGo) {
  Endpoint endpoint = WithPolicy({.min_workers = 2});
  endpoint.paused = true;
  const QueueSnapshot queue{.queued = 9, .running = 1, .oldest_wait = absl::Hours(1)};
  EXPECT_EQ(Autoscale(endpoint, queue, {}, {}, kNow).start.size(), 0U);
  const ScaleDecision decision =
      Autoscale(endpoint, queue, {Busy("b"), Idle("i", absl::Hours(1))}, {}, kNow);
  EXPECT_EQ(Starts(decision), 0);
  EXPECT_EQ(decision.drain, Ids{"i"});
}

TEST(AutoscaleTest, JobsThatMayNotRunCallForNoWorkers) {
  Endpoint endpoint = WithPolicy({});
  endpoint.queue.max_concurrency = 3;
  const absl::Duration long_ago = absl::Hours(1);
  EXPECT_EQ(Autoscale(endpoint, {.queued = 50, .running = 1, .oldest_wait = long_ago},
                      Workers(1, 0), {}, kNow)
                .start.size(),
            2);
  const ScaleDecision full =
      Autoscale(endpoint, {.queued = 50, .running = 3, .oldest_wait = long_ago},
                {Busy("b"), Idle("i", absl::Hours(1))}, {}, kNow);
  EXPECT_EQ(Starts(full), 0);
  EXPECT_EQ(full.drain, Ids{"i"}) << "it could not run any of those that wait";
}

using Types = std::vector<std::string>;

const std::vector<GpuOffer> kAny = {{.gpu_type = "a100", .total = 8},
                                    {.gpu_type = "h100", .total = 8}};

Endpoint WithGpus(Types types, int max_workers = 10) {
  Endpoint endpoint;
  endpoint.gpu_types = std::move(types);
  endpoint.scale.max_workers = max_workers;
  return endpoint;
}

QueueSnapshot Waiting(std::vector<ClassSnapshot> classes) {
  QueueSnapshot queue;
  for (const ClassSnapshot& waiting : classes) {
    queue.queued += waiting.queued;
    queue.oldest_wait = std::max(queue.oldest_wait, waiting.oldest_wait);
  }
  queue.classes = std::move(classes);
  return queue;
}

WorkerSnapshot On(std::string gpu_type, WorkerSnapshot worker) {
  worker.gpu_type = std::move(gpu_type);
  return worker;
}

TEST(AutoscaleByClassTest, AWorkerStartsAtOnceForJobsThatNoneOfTheOthersMayTake) {
  const Endpoint endpoint = WithGpus({"a100", "h100"});
  const QueueSnapshot queue = Waiting({{.affinity = {.gpu_types = {"a100"}}, .queued = 5},
                                       {.affinity = {.gpu_types = {"h100"}}, .queued = 1}});
  const auto decision = Autoscale(endpoint, queue, {On("a100", Busy("a"))}, kAny, kNow);
  EXPECT_EQ(decision.start, (std::vector<Types>{{"h100"}}));
  EXPECT_EQ(Autoscale(endpoint, queue, {}, kAny, kNow).start,
            (std::vector<Types>{{"a100"}, {"h100"}}));
  EXPECT_TRUE(
      Autoscale(endpoint, queue, {On("a100", Busy("a")), On("h100", Starting("h"))}, kAny, kNow)
          .start.empty());
}

TEST(AutoscaleByClassTest, CriticalJobsGetAWorkerEachAtOnce) {
  const QueueSnapshot queue =
      Waiting({{.affinity = {.critical = true}, .queued = 3}, {.affinity = {}, .queued = 50}});
  const Endpoint endpoint = WithGpus({"a100"});
  EXPECT_EQ(Starts(Autoscale(endpoint, queue, Workers(2, 0), kAny, kNow)), 3);
  EXPECT_EQ(Starts(Autoscale(endpoint, queue, Workers(2, 2), kAny, kNow)), 1) << "two are coming";
  EXPECT_EQ(Starts(Autoscale(WithGpus({"a100"}, 4), queue, Workers(2, 0), kAny, kNow)), 2);
}

TEST(AutoscaleByClassTest, AFallbackIsStartedOnlyAfterItsWait) {
  const Endpoint endpoint = WithGpus({"h100", "a100"});
  ClassSnapshot waiting{
      .affinity = {.gpu_types = {"h100", "a100"}, .fallback_after = absl::Seconds(30)},
      .queued = 1,
      .oldest_wait = absl::Seconds(29)};
  EXPECT_EQ(Autoscale(endpoint, Waiting({waiting}), {}, kAny, kNow).start,
            (std::vector<Types>{{"h100"}}));
  waiting.oldest_wait = absl::Seconds(30);
  EXPECT_EQ(Autoscale(endpoint, Waiting({waiting}), {}, kAny, kNow).start,
            (std::vector<Types>{{"h100", "a100"}}));
}

TEST(AutoscaleByClassTest, NoWorkerIsStartedThatCouldNotTakeTheJobs) {
  const Endpoint endpoint = WithGpus({"h100", "a100"});
  const std::vector<GpuOffer> offers = {
      {.gpu_type = "a100", .total = 1, .traits = {.vram_mib = 80'000}},
      {.gpu_type = "h100", .total = 1, .traits = {.vram_mib = 40'000}}};
  const auto decide = [&](const Affinity& affinity) {
    return Autoscale(endpoint, Waiting({{.affinity = affinity, .queued = 1}}), {}, offers, kNow);
  };
  EXPECT_EQ(decide({.vram_min_mib = 80'000}).start, (std::vector<Types>{{"a100"}}));
  EXPECT_FALSE(decide({.vram_min_mib = 80'000}).unmet);
  for (const Affinity& affinity : {Affinity{.vram_min_mib = 80'001}, Affinity{.region = "eu"}}) {
    EXPECT_TRUE(decide(affinity).start.empty());
    EXPECT_TRUE(decide(affinity).unmet);
  }
}

TEST(AutoscaleByClassTest, JobsThatNobodyCouldServeCallForNoWorkers) {
  const Endpoint endpoint = WithGpus({"a100"});
  const QueueSnapshot queue =
      Waiting({{.affinity = {.region = "mars"}, .queued = 9, .oldest_wait = absl::Hours(1)},
               {.affinity = {}, .queued = 9, .oldest_wait = absl::Seconds(1)}});
  EXPECT_EQ(Starts(Autoscale(endpoint, queue, {On("a100", Busy("a"))}, kAny, kNow)), 0);
}

TEST(AutoscaleByClassTest, CriticalJobsBeyondTheConcurrencyLimitCallForNoWorkers) {
  Endpoint endpoint = WithGpus({"a100"});
  endpoint.queue.max_concurrency = 2;
  QueueSnapshot queue = Waiting({{.affinity = {.critical = true}, .queued = 100}});
  queue.running = 1;
  EXPECT_EQ(Starts(Autoscale(endpoint, queue, {On("a100", Busy("a"))}, kAny, kNow)), 1);
}

TEST(AutoscaleByClassTest, WorkersThatNoJobWaitsForAreSpare) {
  Endpoint endpoint = WithGpus({"a100"});
  endpoint.scale.min_workers = 3;
  EXPECT_EQ(Autoscale(endpoint, {}, {}, kAny, kNow).spare, 3);
  const QueueSnapshot queue = Waiting({{.affinity = {}, .queued = 1}});
  EXPECT_EQ(Autoscale(endpoint, queue, {}, kAny, kNow).spare, 2);
}

TEST(AutoscaleByClassTest, AnIdleWorkerMakesRoomEvenWhereItWasKeptWarm) {
  Endpoint endpoint = WithGpus({"a100", "h100"}, 1);
  endpoint.scale.min_workers = 1;
  const QueueSnapshot queue = Waiting({{.affinity = {.gpu_types = {"h100"}}, .queued = 1}});
  EXPECT_EQ(
      Autoscale(endpoint, queue, {On("a100", Idle("a", absl::ZeroDuration()))}, kAny, kNow).drain,
      Ids{"a"});
}

TEST(AutoscaleByClassTest, AnIdleWorkerThatMayTakeNothingMakesRoom) {
  const Endpoint endpoint = WithGpus({"a100", "h100"}, 1);
  const QueueSnapshot queue = Waiting({{.affinity = {.gpu_types = {"h100"}}, .queued = 1}});
  const std::vector<WorkerSnapshot> idle = {On("a100", Idle("a", absl::ZeroDuration()))};
  EXPECT_EQ(Autoscale(endpoint, queue, idle, kAny, kNow).drain, Ids{"a"});
  const std::vector<WorkerSnapshot> busy = {On("a100", Busy("a"))};
  EXPECT_TRUE(Autoscale(endpoint, queue, busy, kAny, kNow).drain.empty());
  const QueueSnapshot its_own = Waiting({{.affinity = {.gpu_types = {"a100"}}, .queued = 1}});
  EXPECT_TRUE(Autoscale(endpoint, its_own, idle, kAny, kNow).drain.empty());
}

TEST(AutoscaleByClassTest, NoWorkerStartsForJobsInTheBackground) {
  const ClassSnapshot background{
      .affinity = {.background = true}, .queued = 50, .oldest_wait = absl::Hours(1)};
  for (const ScalerType type : {ScalerType::kQueueDelay, ScalerType::kRequestCount}) {
    Endpoint endpoint = WithGpus({"a100"});
    endpoint.scale.type = type;
    EXPECT_EQ(Starts(Autoscale(endpoint, Waiting({background}), {}, kAny, kNow)), 0);
    // Others start what they would without them.
    const ClassSnapshot other{.affinity = {}, .queued = 1, .oldest_wait = absl::ZeroDuration()};
    const QueueSnapshot both = Waiting({background, other});
    EXPECT_EQ(Starts(Autoscale(endpoint, both, {}, kAny, kNow)), 1);
    EXPECT_EQ(Starts(Autoscale(endpoint, both, {On("a100", Busy("b"))}, kAny, kNow)), 0);
  }
}

TEST(AutoscaleByClassTest, ADeletedEndpointIsEmptiedOfJobsInTheBackgroundToo) {
  Endpoint endpoint = WithGpus({"a100"});
  endpoint.deleted = true;
  const QueueSnapshot queue = Waiting({{.affinity = {.background = true}, .queued = 1}});
  EXPECT_EQ(Starts(Autoscale(endpoint, queue, {}, kAny, kNow)), 1);
}

}  // namespace
}  // namespace furnace::scheduler
