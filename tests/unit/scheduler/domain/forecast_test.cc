#include "services/scheduler/domain/forecast.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace furnace::scheduler {
namespace {

const absl::Time kNow = absl::UnixEpoch() + absl::Hours(1000);
using Seconds = std::vector<int>;

std::vector<absl::Duration> Times(const Seconds& seconds) {
  std::vector<absl::Duration> times;
  for (const int each : seconds) times.push_back(absl::Seconds(each));
  return times;
}

/// One worker that is busy with a job that has just begun, and one job ahead; every run
/// takes ten seconds, every cold start five.
struct Situation {
  Situation() {
    endpoint.scale.max_workers = 1;
    place.position = 1;
    place.running = 1;
    place.capacity = {.at = kNow, .workers = 1, .slots = 1, .running = {kNow}, .starting = {}};
    place.runs = {.executions = Times({10}), .cold_starts = Times({5})};
  }

  std::optional<Forecast> Predict() const {
    return ForecastStart(job, {.constraint = constraint}, endpoint, place, kNow);
  }

  Job job;
  WaitConstraint constraint = WaitConstraint::kBusy;
  Endpoint endpoint;
  QueuePlace place;
};

struct Case {
  const char* name;
  std::function<void(Situation&)> change;
  int seconds;  // From now to the start; -1: nothing can be said.
};

class ForecastTest : public testing::TestWithParam<Case> {};

// Where every sample is the same, so is every game.
TEST_P(ForecastTest, IsAsReckoned) {
  Situation situation;
  GetParam().change(situation);
  const std::optional<Forecast> forecast = situation.Predict();
  ASSERT_EQ(forecast.has_value(), GetParam().seconds >= 0);
  if (!forecast) return;
  EXPECT_EQ(forecast->p50 - kNow, absl::Seconds(GetParam().seconds));
  EXPECT_EQ(forecast->p90, forecast->p50);
  EXPECT_EQ(situation.Predict(), forecast) << "equal arguments, equal answers";
}

const Case kCases[] = {
    {"the running job must end", [](Situation&) {}, 10},
    {"it has run for a while",
     [](Situation& s) { s.place.capacity.running = {kNow - absl::Seconds(7)}; }, 3},
    {"it has run longer than any, and may as long again",
     [](Situation& s) { s.place.capacity.running = {kNow - absl::Seconds(30)}; }, 30},
    {"but not beyond its timeout",
     [](Situation& s) {
       s.place.capacity.running = {kNow - absl::Seconds(30)};
       s.endpoint.timeout = absl::Seconds(33);
     },
     3},
    {"which is over",
     [](Situation& s) {
       s.place.capacity.running = {kNow - absl::Seconds(30)};
       s.endpoint.timeout = absl::Seconds(20);
     },
     0},
    {"jobs ahead run first", [](Situation& s) { s.place.position = 4; }, 40},
    {"on two slots",
     [](Situation& s) {
       s.place.position = 3;
       s.place.capacity.slots = 2;
     },
     10},
    {"a slot is free", [](Situation& s) { s.place.capacity.slots = 2; }, 0},
    {"but the endpoint allows one job",
     [](Situation& s) {
       s.place.capacity.slots = 2;
       s.endpoint.queue.max_concurrency = 1;
     },
     10},
    {"a worker is starting",
     [](Situation& s) { s.place.capacity.starting = {kNow - absl::Seconds(2)}; }, 3},
    {"it takes longer than any",
     [](Situation& s) { s.place.capacity.starting = {kNow - absl::Seconds(60)}; }, 0},
    {"a first worker is starting",
     [](Situation& s) {
       s.place.running = 0;
       s.place.capacity = {.at = kNow, .starting = {kNow}};
       s.constraint = WaitConstraint::kStarting;
     },
     5},
    {"the autoscaler adds one",
     [](Situation& s) {
       s.endpoint.scale = {.max_workers = 2, .type = ScalerType::kQueueDelay, .value = 2};
     },
     7},
    {"unless there is no room",
     [](Situation& s) {
       s.endpoint.scale = {.max_workers = 2, .type = ScalerType::kQueueDelay, .value = 2};
       s.place.hindrance.obstacle = Obstacle::kNoCapacity;
       s.constraint = WaitConstraint::kNoCapacity;
     },
     10},
    {"by request count it has added them",
     [](Situation& s) {
       s.endpoint.scale = {.max_workers = 2, .type = ScalerType::kRequestCount, .value = 2};
     },
     10},
    {"far behind it is reckoned in proportion", [](Situation& s) { s.place.position = 100'000; },
     1'000'000},
    {"a delayed job starts at its time",
     [](Situation& s) {
       s.constraint = WaitConstraint::kNotBefore;
       s.job.not_before = kNow + absl::Hours(1);
       s.place = {};
     },
     3600},
    {"so does one that backs off",
     [](Situation& s) {
       s.constraint = WaitConstraint::kBackoff;
       s.job.not_before = kNow + absl::Minutes(1);
       s.place = {};
     },
     60},
    {"nothing has ended yet", [](Situation& s) { s.place.runs.executions.clear(); }, -1},
    {"a free slot needs no run times",
     [](Situation& s) {
       s.place.runs = {};
       s.place.running = 0;
       s.place.capacity.running = {};
     },
     0},
    {"no worker has ever started",
     [](Situation& s) {
       s.place.running = 0;
       s.place.capacity = {.at = kNow, .starting = {kNow}};
       s.place.runs.cold_starts.clear();
     },
     -1},
    {"nobody works", [](Situation& s) { s.place = {.position = 1}; }, -1},
    {"what is known is old", [](Situation& s) { s.place.capacity.at = kNow - absl::Seconds(11); },
     -1},
    {"it is not runnable", [](Situation& s) { s.place.position = 0; }, -1},
    {"the endpoint is paused", [](Situation& s) { s.constraint = WaitConstraint::kPaused; }, -1},
    {"its workers crash", [](Situation& s) { s.constraint = WaitConstraint::kCrashLoop; }, -1},
    {"it cannot be run", [](Situation& s) { s.constraint = WaitConstraint::kCannotRun; }, -1},
    {"its key is taken", [](Situation& s) { s.constraint = WaitConstraint::kConcurrencyKey; }, -1},
};
INSTANTIATE_TEST_SUITE_P(Table, ForecastTest, testing::ValuesIn(kCases),
                         [](const auto& c) { return std::to_string(c.index); });

TEST(ForecastSpreadTest, P90IsLaterWhereRunsDiffer) {
  Situation situation;
  situation.place.position = 20;
  situation.place.runs.executions = Times({1, 1, 1, 1, 1, 1, 1, 60});
  const Forecast forecast = *situation.Predict();
  EXPECT_GT(forecast.p50, kNow + absl::Seconds(20));
  EXPECT_GT(forecast.p90, forecast.p50 + absl::Seconds(30));
  EXPECT_LT(forecast.p90, kNow + absl::Seconds(20 * 60));
}

TEST(ForecastSpreadTest, AJobFurtherBehindStartsLater) {
  absl::Time before = kNow;
  for (const int position : {1, 2, 10, 100, 999, 1000, 1001, 5000}) {
    Situation situation;
    situation.place.position = position;
    situation.place.runs.executions = Times({1, 2, 3, 30});
    const Forecast forecast = *situation.Predict();
    EXPECT_GE(forecast.p50, before) << position;
    EXPECT_GE(forecast.p90, forecast.p50) << position;
    before = forecast.p50;
  }
}

TEST(ForecastCostTest, IsThatOfTheMiddleRun) {
  const RunHistory runs{.executions = Times({100, 1, 2}), .cold_starts = {}};
  EXPECT_EQ(ForecastCost(runs, 1, {.gpu_second = 60'000, .invocation = 100'000}), 220'000);
  EXPECT_EQ(ForecastCost(runs, 4, {.gpu_second = 60'000, .invocation = 100'000}), 580'000);
  EXPECT_EQ(ForecastCost({.executions = Times({1, 2})}, 1, {.gpu_second = 5}), 5);
  EXPECT_EQ(ForecastCost({}, 1, {.gpu_second = 60'000, .invocation = 100'000}), 0);
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(ForecastCost(runs, 16, {.gpu_second = kMost}), kMost);
}

}  // namespace
}  // namespace furnace::scheduler
