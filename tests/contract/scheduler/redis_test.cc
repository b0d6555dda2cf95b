#include <cstdlib>

#include "libs/common/redis/client.h"
#include "services/scheduler/storage/redis/job_queue.h"
#include "services/scheduler/storage/redis/shard_log.h"
#include "tests/contract/scheduler/job_queue_contract.h"

namespace furnace::scheduler {
namespace {

class RedisBackend {
 public:
  RedisBackend() { EXPECT_TRUE(client_.SendAndWait({"FLUSHALL"}).ok()); }
  JobQueue& queue() { return queue_; }
  ShardLog& log() { return log_; }

 private:
  const QueueScripts scripts_;
  redis::Client client_{*redis::ParseUrl(std::getenv("FURNACE_TEST_REDIS_URL")), scripts_.All()};
  RedisJobQueue queue_{client_, scripts_, kTestShards};
  RedisShardLog log_{client_, scripts_, kTestShards};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Redis, JobQueueContract, RedisBackend);

}  // namespace
}  // namespace furnace::scheduler
