#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libs/common/redis/client.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/storage/redis/scripts.h"

namespace furnace::scheduler {

/// The background side of the queue in Redis.
class RedisShardLog final : public ShardLog {
 public:
  /// `slice`: in such pieces lifetimes of workers are reported, see Report.
  RedisShardLog(redis::Client& client, const QueueScripts& scripts, int shards,
                absl::Duration slice = kLifetimeSlice)
      : client_(client), scripts_(scripts), shards_(shards), slice_(slice) {}

  absl::StatusOr<bool> Lead(int shard, const std::string& replica, absl::Duration term) override;
  absl::StatusOr<Swept> Sweep(int shard, int limit) override;
  absl::StatusOr<std::map<int, std::vector<JobEvent>>> ReadEvents(const std::vector<int>& shards,
                                                                  int limit) override;
  absl::StatusOr<std::vector<JobRecord>> ReadJobs(int shard,
                                                  const std::vector<std::string>& ids) override;
  absl::Status Forget(int shard, const std::vector<std::string>& event_ids,
                      const std::vector<std::pair<std::string, std::int64_t>>& stored) override;
  absl::Status SetHindrance(const std::string& endpoint_id, const Hindrance& hindrance) override;
  absl::Status SetCapacity(const std::string& endpoint_id, const Capacity& capacity) override;
  absl::Status RecordRuns(int shard, const std::map<std::string, RunHistory>& runs) override;
  absl::StatusOr<std::map<std::string, QueueSnapshot>> Survey(
      const std::vector<std::string>& endpoint_ids) override;

 private:
  redis::Client& client_;
  const QueueScripts& scripts_;
  const int shards_;
  const absl::Duration slice_;
};

}  // namespace furnace::scheduler
