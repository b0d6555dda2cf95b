#pragma once

#include "services/scheduler/app/dispatcher.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/app/shard_leader.h"

namespace furnace::scheduler {

/// Takes back leases that nobody renewed, on the shards this replica leads.
class Sweeper {
 public:
  static constexpr absl::Duration kEvery = absl::Milliseconds(100);

  Sweeper(ShardLog& log, const ShardLeader& leader, Dispatcher& dispatcher)
      : log_(log), leader_(leader), dispatcher_(dispatcher) {}

  /// One round; blocks.
  void Sweep();

 private:
  ShardLog& log_;
  const ShardLeader& leader_;
  Dispatcher& dispatcher_;
};

}  // namespace furnace::scheduler
