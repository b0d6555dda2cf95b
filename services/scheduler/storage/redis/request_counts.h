#pragma once

#include <memory>
#include <vector>

#include "libs/common/redis/client.h"
#include "services/scheduler/app/request_quota.h"
#include "services/scheduler/storage/redis/script_batcher.h"
#include "services/scheduler/storage/redis/scripts.h"

namespace furnace::scheduler {

/// Counts in Redis, those of a project all in one shard. Thread-safe; callbacks run on the
/// client's I/O thread.
class RedisRequestCounts final : public RequestCounts {
 public:
  RedisRequestCounts(redis::Client& client, const QueueScripts& scripts, int shards);

  void Count(RequestCount count, Done<RequestsCounted> done) override;

 private:
  // By shard.
  std::vector<std::unique_ptr<ScriptBatcher<RequestCount, RequestsCounted>>> counters_;
};

}  // namespace furnace::scheduler
