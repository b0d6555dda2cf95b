#pragma once

#include <vector>

#include "libs/common/redis/script.h"

namespace furnace::scheduler {

/// The queue's scripts, each with the shared part before it. What frees memory or
/// moves jobs on may run when Redis is full; what brings jobs or progress may not.
struct QueueScripts {
  QueueScripts();

  const redis::Script submit, claim, renew, settle, sweep, cancel, report, read, forget, survey,
      lead, redrive, purge, locate, find_missing, restore, weigh, link, end_parents, dependents,
      unlinked, decide, record_runs, read_budgets, change_budgets, keep_lives, count_requests,
      ask_budgets;

  /// All of them, for redis::Client to load.
  std::vector<const redis::Script*> All() const;
};

}  // namespace furnace::scheduler
