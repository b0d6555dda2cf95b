#include "tests/contract/scheduler/affinity_contract.h"
#include "tests/contract/scheduler/batch_queue_contract.h"
#include "tests/contract/scheduler/batch_store_contract.h"
#include "tests/contract/scheduler/job_queue_contract.h"
#include "tests/contract/scheduler/queue_policy_contract.h"
#include "tests/contract/scheduler/stores_contract.h"
#include "tests/contract/scheduler/webhook_outbox_contract.h"
#include "tests/support/scheduler/manual_clock.h"
#include "tests/support/scheduler/memory_batch_store.h"
#include "tests/support/scheduler/memory_shard_log.h"
#include "tests/support/scheduler/memory_stores.h"
#include "tests/support/scheduler/memory_webhook_outbox.h"

namespace furnace::scheduler {
namespace {

class MemoryQueueBackend {
 public:
  JobQueue& queue() { return queue_; }
  ShardLog& log() { return log_; }
  void PassTime(absl::Duration time) { clock_.Advance(time); }

 private:
  ManualClock clock_;
  MemoryJobQueue queue_{clock_, kTestShards};
  MemoryShardLog log_{queue_};
};

class MemoryStoresBackend {
 public:
  JobHistory& history() { return history_; }
  PayloadStore& payloads() { return payloads_; }
  BatchStore& batches() { return batches_; }

 private:
  MemoryJobHistory history_;
  MemoryPayloadStore payloads_;
  MemoryBatchStore batches_{history_};
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
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, AffinityContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, QueuePolicyContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, BatchQueueContract, MemoryQueueBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, BatchStoreContract, MemoryStoresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, WebhookOutboxContract, MemoryOutboxBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, JobHistoryContract, MemoryStoresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, PayloadStoreContract, MemoryStoresBackend);

}  // namespace
}  // namespace furnace::scheduler
