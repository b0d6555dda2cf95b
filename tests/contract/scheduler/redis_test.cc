#include <cstdlib>

#include "libs/common/redis/client.h"
#include "services/scheduler/storage/redis/budget_accounts.h"
#include "services/scheduler/storage/redis/job_links.h"
#include "services/scheduler/storage/redis/job_queue.h"
#include "services/scheduler/storage/redis/lost_jobs.h"
#include "services/scheduler/storage/redis/queue_loads.h"
#include "services/scheduler/storage/redis/request_counts.h"
#include "services/scheduler/storage/redis/shard_log.h"
#include "services/scheduler/storage/redis/worker_lives.h"
#include "tests/contract/scheduler/affinity_contract.h"
#include "tests/contract/scheduler/batch_queue_contract.h"
#include "tests/contract/scheduler/budget_contract.h"
#include "tests/contract/scheduler/dependency_contract.h"
#include "tests/contract/scheduler/gpu_quota_contract.h"
#include "tests/contract/scheduler/job_queue_contract.h"
#include "tests/contract/scheduler/key_budget_contract.h"
#include "tests/contract/scheduler/lifetime_contract.h"
#include "tests/contract/scheduler/lifetime_property.h"
#include "tests/contract/scheduler/load_contract.h"
#include "tests/contract/scheduler/lost_jobs_contract.h"
#include "tests/contract/scheduler/part_contract.h"
#include "tests/contract/scheduler/part_property.h"
#include "tests/contract/scheduler/progress_contract.h"
#include "tests/contract/scheduler/queue_policy_contract.h"
#include "tests/contract/scheduler/request_contract.h"
#include "tests/contract/scheduler/s3_config_contract.h"
#include "tests/contract/scheduler/window_contract.h"

namespace furnace::scheduler {
namespace {

class RedisBackend {
 public:
  RedisBackend() { LoseAll(); }
  JobQueue& queue() { return queue_; }
  ShardLog& log() { return log_; }
  LostJobs& lost() { return lost_; }
  QueueLoads& loads() { return loads_; }
  void LoseAll() { EXPECT_TRUE(client_.SendAndWait({"FLUSHALL"}).ok()); }
  JobLinks& links() { return links_; }
  BudgetAccounts& budgets() { return budgets_; }
  BudgetAccounts& gpu_quotas() { return gpu_quotas_; }
  WorkerLives& lives() { return lives_; }
  RequestCounts& requests() { return requests_; }

  absl::Time Now() {
    const redis::Reply time = client_.SendAndWait({"TIME"}).value();
    return absl::FromUnixSeconds(std::strtoll(time->element[0]->str, nullptr, 10)) +
           absl::Microseconds(std::strtoll(time->element[1]->str, nullptr, 10));
  }

  /// Waits until Redis's clock has moved.
  void PassTime(absl::Duration time) {
    const absl::Time start = Now();
    while (Now() < start + time) {
    }
  }

 private:
  const QueueScripts scripts_;
  redis::Client client_{*redis::ParseUrl(std::getenv("FURNACE_TEST_REDIS_URL")), scripts_.All()};
  RedisJobQueue queue_{client_, scripts_, kTestShards, kTestSlice};
  RedisShardLog log_{client_, scripts_, kTestShards, kTestSlice};
  RedisWorkerLives lives_{client_, scripts_, kTestShards, kTestSlice};
  RedisLostJobs lost_{client_, scripts_};
  RedisQueueLoads loads_{client_, scripts_, kTestShards};
  RedisJobLinks links_{client_, scripts_};
  RedisBudgetAccounts budgets_{client_, scripts_};
  RedisBudgetAccounts gpu_quotas_{client_, scripts_, RedisBudgetAccounts::Kind::kGpuQuotas};
  RedisRequestCounts requests_{client_, scripts_, kTestShards};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Redis, JobQueueContract, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, LifetimeContract, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, LifetimeProperty, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, PartContract, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, PartProperty, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, AffinityContract, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, QueuePolicyContract, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, LostJobsContract, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, QueueLoadsContract, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, DependencyContract, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, ProgressContract, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, WindowContract, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, S3ConfigContract, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, BatchQueueContract, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, BudgetContract, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, GpuQuotaContract, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, KeyBudgetContract, RedisBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, RequestContract, RedisBackend);

}  // namespace
}  // namespace furnace::scheduler
