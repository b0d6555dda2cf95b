#pragma once

#include <set>
#include <string>

#include "libs/common/redis/client.h"
#include "services/scheduler/app/lifetime_ports.h"
#include "services/scheduler/storage/redis/scripts.h"

namespace furnace::scheduler {

/// Lifetimes of always-on workers, beside the queue in Redis. Thread-safe.
class RedisWorkerLives final : public WorkerLives {
 public:
  /// `slice`: see Report; as RedisShardLog has it.
  RedisWorkerLives(redis::Client& client, const QueueScripts& scripts, int shards,
                   absl::Duration slice = kLifetimeSlice)
      : client_(client), scripts_(scripts), shards_(shards), slice_(slice) {}

  void Keep(Presences presences, Done<std::set<std::string>> done) override;

 private:
  redis::Client& client_;
  const QueueScripts& scripts_;
  const int shards_;
  const absl::Duration slice_;
};

}  // namespace furnace::scheduler
