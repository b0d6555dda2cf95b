#pragma once

#include <string>
#include <vector>

#include "libs/common/redis/client.h"
#include "services/scheduler/app/rebuild_ports.h"
#include "services/scheduler/storage/redis/scripts.h"

namespace furnace::scheduler {

/// Puts jobs back into the queue in Redis. Thread-safe.
class RedisLostJobs final : public LostJobs {
 public:
  RedisLostJobs(redis::Client& client, const QueueScripts& scripts)
      : client_(client), scripts_(scripts) {}

  absl::StatusOr<std::vector<std::string>> Missing(int shard,
                                                   const std::vector<std::string>& ids) override;
  absl::StatusOr<int> PutBack(int shard, const std::vector<LostJob>& jobs) override;

 private:
  redis::Client& client_;
  const QueueScripts& scripts_;
};

}  // namespace furnace::scheduler
