// What keeping lifetimes of always-on workers needs of the world, beside ports.h.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// What is heard of a worker.
struct WorkerPresence {
  enum class State {
    kIdle,   // It has no job, as far as the scheduler knows: a lifetime may begin.
    kBusy,   // It may have one.
    kEnded,  // It is gone for good.
  };

  WorkerOnGpu worker;
  State state = State::kBusy;
  std::string life_id = {};  // UUID of a lifetime that begins.
};

/// Workers of an endpoint, which are heard of now.
struct Presences {
  std::string endpoint_id;
  std::string project_id;
  int always_on = 0;     // So many workers of the endpoint should be always-on.
  absl::Duration lapse;  // A lifetime lasts for so long when nothing more is heard.
  std::vector<WorkerPresence> workers;
};

/// Which workers are always-on, and since when. That is decided when a lifetime begins, and holds
/// until it ends: attempts that begin meanwhile are covered by it. The queue's Claim looks at
/// this, its Settle and ShardLog::Sweep keep it, and ShardLog::ReadEvents has its slices.
class WorkerLives {
 public:
  virtual ~WorkerLives() = default;

  /// Keeps the lifetimes of these workers, and begins those of idle ones that hold no lease while
  /// there are too few; gives the workers that are always-on now. UNAVAILABLE: the queue was not
  /// reached, and the call may or may not have happened. `done` must not block.
  virtual void Keep(Presences presences, Done<std::set<std::string>> done) = 0;
};

}  // namespace furnace::scheduler
