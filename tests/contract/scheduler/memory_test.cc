#include "tests/contract/scheduler/affinity_contract.h"
#include "tests/contract/scheduler/batch_queue_contract.h"
#include "tests/contract/scheduler/batch_store_contract.h"
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
#include "tests/contract/scheduler/result_contract.h"
#include "tests/contract/scheduler/s3_config_contract.h"
#include "tests/contract/scheduler/schedule_store_contract.h"
#include "tests/contract/scheduler/stores_contract.h"
#include "tests/contract/scheduler/unfinished_jobs_contract.h"
#include "tests/contract/scheduler/webhook_outbox_contract.h"
#include "tests/contract/scheduler/window_contract.h"
#include "tests/support/scheduler/manual_clock.h"
#include "tests/support/scheduler/memory_attempt_history.h"
#include "tests/support/scheduler/memory_batch_store.h"
#include "tests/support/scheduler/memory_expired_jobs.h"
#include "tests/support/scheduler/memory_job_links.h"
#include "tests/support/scheduler/memory_lost_jobs.h"
#include "tests/support/scheduler/memory_queue_loads.h"
#include "tests/support/scheduler/memory_request_counts.h"
#include "tests/support/scheduler/memory_schedule_store.h"
#include "tests/support/scheduler/memory_shard_log.h"
#include "tests/support/scheduler/memory_stores.h"
#include "tests/support/scheduler/memory_webhook_outbox.h"
#include "tests/support/scheduler/memory_worker_lives.h"

namespace furnace::scheduler {
namespace {

class MemoryQueueBackend {
 public:
  JobQueue& queue() { return queue_; }
  ShardLog& log() { return log_; }
  LostJobs& lost() { return lost_; }
  QueueLoads& loads() { return loads_; }
  void LoseAll() { lost_.LoseAll(); }
  JobLinks& links() { return links_; }
  BudgetAccounts& budgets() { return budgets_; }
  BudgetAccounts& gpu_quotas() { return budgets_; }
  WorkerLives& lives() { return lives_; }
  RequestCounts& requests() { return requests_; }
  absl::Time Now() { return clock_.Now(); }
  void PassTime(absl::Duration time) { clock_.Advance(time); }

 private:
  ManualClock clock_;
  MemoryJobQueue queue_{clock_, kTestShards, kTestSlice};
  MemoryShardLog log_{queue_};
  MemoryWorkerLives lives_{queue_};
  MemoryLostJobs lost_{queue_};
  MemoryQueueLoads loads_{queue_};
  MemoryJobLinks links_{queue_};
  MemoryBudgetAccounts budgets_{queue_};
  MemoryRequestCounts requests_{clock_};
};

class MemoryStoresBackend {
 public:
  MemoryStoresBackend() { history_.set_now(absl::Now()); }
  JobHistory& history() { return history_; }
  JobCounter& counter() { return history_; }
  UnfinishedJobs& unfinished() { return history_; }
  PayloadStore& payloads() { return payloads_; }
  BatchStore& batches() { return batches_; }
  ScheduleStore& schedules() { return schedules_; }
  AttemptHistory& attempts() { return attempts_; }
  ExpiredJobs& expired() { return expired_; }

 private:
  MemoryJobHistory history_;
  MemoryPayloadStore payloads_;
  MemoryScheduleStore schedules_;
  MemoryBatchStore batches_{history_};
  MemoryAttemptHistory attempts_;
  MemoryExpiredJobs expired_{history_, payloads_, attempts_, batches_};
};

class MemoryOutboxBackend {
 public:
  WebhookOutbox& outbox() { return outbox_; }
  void PassTime(absl::Duration time) { clock_.Advance(time); }

 private:
  ManualClock clock_;
  MemoryWebhookOutbox outbox_{clock_};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, JobQueueContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, LifetimeContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, LifetimeProperty, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, PartContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, PartProperty, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, AffinityContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, QueuePolicyContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, LostJobsContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, QueueLoadsContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, UnfinishedJobsContract, MemoryStoresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, DependencyContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ProgressContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, WindowContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, S3ConfigContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, BudgetContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, GpuQuotaContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, KeyBudgetContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, RequestContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, BatchQueueContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, BatchStoreContract, MemoryStoresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, WebhookOutboxContract, MemoryOutboxBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ResultContract, MemoryStoresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, JobHistoryContract, MemoryStoresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, PayloadStoreContract, MemoryStoresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ScheduleStoreContract, MemoryStoresBackend);

}  // namespace
}  // namespace furnace::scheduler
