#pragma once

#include <map>
#include <string>
#include <vector>

#include "libs/common/redis/client.h"
#include "services/scheduler/app/admission.h"
#include "services/scheduler/storage/redis/scripts.h"

namespace furnace::scheduler {

/// What waits in the queue in Redis. Thread-safe.
class RedisQueueLoads final : public QueueLoads {
 public:
  RedisQueueLoads(redis::Client& client, const QueueScripts& scripts, int shards)
      : client_(client), scripts_(scripts), shards_(shards) {}

  absl::StatusOr<std::map<std::string, QueueLoad>> Of(
      const std::vector<std::string>& endpoint_ids) override;

 private:
  redis::Client& client_;
  const QueueScripts& scripts_;
  const int shards_;
};

}  // namespace furnace::scheduler
