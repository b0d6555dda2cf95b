#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/scheduler/domain/endpoint.h"
#include "services/scheduler/domain/job.h"
#include "services/scheduler/domain/outlook.h"

namespace furnace::scheduler {

/// What keeps an endpoint from having more workers. The numbers are stored in Redis.
enum class Obstacle {
  kNone = 0,
  kStarting = 1,    // A worker is on its way.
  kNoCapacity = 2,  // No GPU is free.
  kCannotRun = 3,   // The driver cannot run the endpoint at all.
  kCrashLoop = 4,   // Its workers end before their first job.
  kFairShare = 5,   // Projects that have had less go first.
};

/// An obstacle, and what there is to say about it.
struct Hindrance {
  Obstacle obstacle = Obstacle::kNone;
  std::string detail;

  friend bool operator==(const Hindrance&, const Hindrance&) = default;
};

/// A waiting job among the others of its endpoint.
struct QueuePlace {
  int position = 0;       // 1: it goes next. 0 while it is not runnable.
  bool key_busy = false;  // Another job runs under its concurrency key.
  int running = 0;        // Jobs of the endpoint.
  Hindrance hindrance;    // Of the endpoint, as the next two.
  Capacity capacity;
  RunHistory runs;
  std::vector<std::string> parents = {};  // While WAITING: those that have not ended.
  /// Jobs that go before it and have a window, by window; `position` counts them.
  std::map<std::string, int> before = {};

  friend bool operator==(const QueuePlace&, const QueuePlace&) = default;
};

/// What a job waits for. Numbers as furnace.v1.WaitConstraint.
enum class WaitConstraint {
  kNotBefore = 1,
  kBackoff = 2,
  kPaused = 3,
  kConcurrencyKey = 4,
  kConcurrencyLimit = 5,
  kStarting = 6,
  kNoCapacity = 7,
  kCannotRun = 8,
  kCrashLoop = 9,
  kBusy = 10,
  kDependency = 11,
  kWindow = 12,
  kFairShare = 14,
  kBudget = 15,
  kThrottled = 16,
  kQuota = 17,
};

/// Why none of an endpoint's jobs can be started, besides its queue and its workers.
struct StartBlock {
  WaitConstraint constraint = WaitConstraint::kBudget;
  std::string detail = {};     // A sentence.
  bool ends_standing = false;  // Meanwhile no workers are kept that have no job.

  friend bool operator==(const StartBlock&, const StartBlock&) = default;
};

struct WaitReason {
  WaitConstraint constraint = WaitConstraint::kBusy;
  int position = 0;                                 // See QueuePlace.
  std::string detail;                               // A sentence.
  std::optional<Forecast> forecast = std::nullopt;  // Where one can be made.

  friend bool operator==(const WaitReason&, const WaitReason&) = default;
};

/// The constraint that binds a job which is DELAYED or IN_QUEUE: the one that would
/// still hold it if all those after it were gone, in the order of docs/queue.md.
WaitReason WhyWaiting(const Job& job, const Endpoint& endpoint, const QueuePlace& place,
                      absl::Time now, const std::optional<StartBlock>& block = std::nullopt);

}  // namespace furnace::scheduler
