#include "services/scheduler/domain/forecast.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <queue>
#include <random>
#include <utility>
#include <vector>

namespace furnace::scheduler {
namespace {

// Bounds of the work: jobs played through in all, and games, of which many positions
// leave few, since their sums vary little.
constexpr int kMaxSteps = 10'000;
constexpr int kMinGames = 20;
constexpr int kMaxGames = 100;
// What is further behind is reckoned in proportion.
constexpr int kMaxPosition = 500;
// Capacity is measured every two seconds while jobs wait.
constexpr absl::Duration kFresh = absl::Seconds(10);
constexpr int kMaxSlots = 500;

// Microseconds, from now or of a length: many are drawn and summed.
using Micros = std::int64_t;
using Times = std::vector<Micros>;

/// Lengths that were measured, to draw from.
class Samples {
 public:
  explicit Samples(const std::vector<absl::Duration>& durations) {
    for (const absl::Duration each : durations) sorted_.push_back(absl::ToInt64Microseconds(each));
    std::sort(sorted_.begin(), sorted_.end());
  }

  bool empty() const { return sorted_.empty(); }
  Micros Draw(std::minstd_rand& random) const { return sorted_[random() % sorted_.size()]; }
  /// One of those above `floor`; nullopt when there is none.
  std::optional<Micros> DrawAbove(Micros floor, std::minstd_rand& random) const {
    const auto first = std::upper_bound(sorted_.begin(), sorted_.end(), floor);
    if (first == sorted_.end()) return std::nullopt;
    return first[static_cast<std::ptrdiff_t>(random() %
                                             static_cast<std::size_t>(sorted_.end() - first))];
  }

 private:
  Times sorted_;
};

/// The queue before a job, played through.
class Game {
 public:
  Game(const Endpoint& endpoint, const QueuePlace& place, absl::Time now)
      : endpoint_(endpoint),
        place_(place),
        capacity_(place.capacity),
        executions_(place.runs.executions),
        cold_starts_(place.runs.cold_starts),
        timeout_(absl::ToInt64Microseconds(endpoint.timeout)) {
    for (const absl::Time start : capacity_.running) running_.push_back(Since(start, now));
    for (const absl::Time start : capacity_.starting) starting_.push_back(-Since(start, now));
    AddGrowth();
  }

  /// When the job at `position` starts, this time; nullopt: not known.
  std::optional<Micros> Play(int position) {
    Times slots = Slots();
    if (slots.empty() || (position > 1 && executions_.empty())) return std::nullopt;
    std::priority_queue<Micros, Times, std::greater<>> free(std::greater<>(), std::move(slots));
    for (int i = 1; i < position; ++i) {
      const Micros start = free.top();
      free.pop();
      free.push(start + executions_.Draw(random_));
    }
    return free.top();
  }

 private:
  static Micros Since(absl::Time then, absl::Time now) {
    return std::max(Micros{0}, absl::ToInt64Microseconds(now - then));
  }

  // When each slot is free for the first time.
  Times Slots() {
    Times slots = Running();
    const auto taken = static_cast<int>(slots.size());
    // Jobs run, and nobody knows how long they take.
    if (taken < std::min(place_.running, kMaxSlots)) return {};
    Times others(static_cast<std::size_t>(std::clamp(capacity_.slots - taken, 0, kMaxSlots)), 0);
    if (!cold_starts_.empty()) AddWorkers(others);
    std::sort(others.begin(), others.end());
    const int limit = endpoint_.queue.max_concurrency;
    const int room = limit == 0 ? kMaxSlots : std::max(0, limit - taken);
    others.resize(std::min(others.size(), static_cast<std::size_t>(room)));
    slots.insert(slots.end(), others.begin(), others.end());
    return slots;
  }

  Times Running() {
    Times left;
    if (executions_.empty()) return left;
    const auto count = static_cast<std::size_t>(std::clamp(place_.running, 0, kMaxSlots));
    for (std::size_t i = 0; i < count; ++i) {
      left.push_back(i < running_.size() ? Left(running_[i]) : LeftOfAny());
    }
    return left;
  }

  // How long a job goes on that has run for `elapsed`: as one of those that ran longer.
  // One that has outrun them all may go on as long again, within its timeout.
  Micros Left(Micros elapsed) {
    const std::optional<Micros> whole = executions_.DrawAbove(elapsed, random_);
    if (whole) return *whole - elapsed;
    return std::clamp(timeout_ - elapsed, Micros{0}, elapsed);
  }

  // The same of a job that began nobody knows when.
  Micros LeftOfAny() {
    constexpr Micros kParts = 1'000;
    return executions_.Draw(random_) / kParts * static_cast<Micros>(random_() % kParts);
  }

  // The slots of workers on their way, and of those the autoscaler will add.
  void AddWorkers(Times& slots) {
    const int each = capacity_.workers > 0 ? std::max(1, capacity_.slots / capacity_.workers) : 1;
    for (const Micros start : starting_) {
      const Micros ready = std::max(Micros{0}, start + cold_starts_.Draw(random_));
      for (int i = 0; i < each && static_cast<int>(slots.size()) < kMaxSlots; ++i) {
        slots.push_back(ready);
      }
    }
  }

  // What the autoscaler starts as long as jobs wait, see Autoscale: one a period, and no
  // more than there are jobs. By request count it has started them all.
  void AddGrowth() {
    const Obstacle obstacle = place_.hindrance.obstacle;
    const bool free = obstacle == Obstacle::kNone || obstacle == Obstacle::kStarting;
    if (!free || endpoint_.scale.type != ScalerType::kQueueDelay) return;
    const int there = capacity_.workers + static_cast<int>(capacity_.starting.size());
    const int more = std::min({endpoint_.scale.max_workers - there, place_.position, kMaxSlots});
    const Micros period = absl::ToInt64Microseconds(absl::Seconds(endpoint_.scale.value));
    for (int i = 1; i <= more; ++i) starting_.push_back(i * period);
  }

  const Endpoint& endpoint_;
  const QueuePlace& place_;
  const Capacity& capacity_;
  const Samples executions_;
  const Samples cold_starts_;
  const Micros timeout_;
  Times running_;                        // For how long jobs have run.
  Times starting_;                       // When workers are started, or were.
  std::minstd_rand random_{20'240'229};  // Always the same.
};

std::optional<Forecast> PlayAll(const Endpoint& endpoint, const QueuePlace& place, absl::Time now) {
  if (place.position <= 0 || now - place.capacity.at > kFresh) return std::nullopt;
  const int position = std::min(place.position, kMaxPosition);
  const int games = std::clamp(kMaxSteps / position, kMinGames, kMaxGames);
  Game game(endpoint, place, now);
  Times starts;
  for (int i = 0; i < games; ++i) {
    const std::optional<Micros> start = game.Play(position);
    if (!start) return std::nullopt;
    starts.push_back(*start);
  }
  std::sort(starts.begin(), starts.end());
  // The smallest start that so many tenths of the games do not exceed.
  const auto quantile = [&](std::size_t tenths) {
    const Micros start = starts[(starts.size() * tenths + 9) / 10 - 1];
    return now + absl::Microseconds(start) * place.position / position;
  };
  return Forecast{.p50 = quantile(5), .p90 = quantile(9)};
}

}  // namespace

std::optional<Forecast> ForecastStart(const Job& job, const WaitReason& reason,
                                      const Endpoint& endpoint, const QueuePlace& place,
                                      absl::Time now) {
  switch (reason.constraint) {
    case WaitConstraint::kNotBefore:
    case WaitConstraint::kBackoff:
      if (!job.not_before) return std::nullopt;
      return Forecast{.p50 = *job.not_before, .p90 = *job.not_before};
    case WaitConstraint::kConcurrencyLimit:
    case WaitConstraint::kStarting:
    case WaitConstraint::kNoCapacity:
    case WaitConstraint::kBusy: return PlayAll(endpoint, place, now);
    default: return std::nullopt;  // It waits for somebody to do something.
  }
}

std::int64_t ForecastCost(const RunHistory& runs, int gpu_count, const UnitPrices& prices) {
  if (runs.executions.empty()) return 0;
  std::vector<absl::Duration> sorted = runs.executions;
  std::sort(sorted.begin(), sorted.end());
  const absl::Duration gpu_time = sorted[(sorted.size() - 1) / 2] * gpu_count;
  // In a double, which is exact far beyond any sensible price.
  const double nanos = absl::ToDoubleSeconds(gpu_time) * static_cast<double>(prices.gpu_second) +
                       static_cast<double>(prices.invocation);
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return nanos >= static_cast<double>(kMost) ? kMost : std::llround(nanos);
}

}  // namespace furnace::scheduler
