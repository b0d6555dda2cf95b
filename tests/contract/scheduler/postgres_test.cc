#include <cstdlib>

#include "libs/common/base/check.h"
#include "libs/common/postgres/migrator.h"
#include "services/scheduler/storage/postgres/attempt_history.h"
#include "services/scheduler/storage/postgres/batch_store.h"
#include "services/scheduler/storage/postgres/expired_jobs.h"
#include "services/scheduler/storage/postgres/job_history.h"
#include "services/scheduler/storage/postgres/payload_store.h"
#include "services/scheduler/storage/postgres/schedule_store.h"
#include "services/scheduler/storage/postgres/unfinished_jobs.h"
#include "services/scheduler/storage/postgres/webhook_outbox.h"
#include "tests/contract/scheduler/batch_store_contract.h"
#include "tests/contract/scheduler/migrations.h"
#include "tests/contract/scheduler/result_contract.h"
#include "tests/contract/scheduler/schedule_store_contract.h"
#include "tests/contract/scheduler/stores_contract.h"
#include "tests/contract/scheduler/unfinished_jobs_contract.h"
#include "tests/contract/scheduler/webhook_outbox_contract.h"

namespace furnace::scheduler {
namespace {

class PostgresBackend {
 public:
  PostgresBackend() {
    FURNACE_CHECK(postgres::Migrate(std::getenv("FURNACE_TEST_POSTGRES_DSN"), "scheduler",
                                    migrations::kMigrations)
                      .ok());
  }
  JobHistory& history() { return history_; }
  JobCounter& counter() { return history_; }
  UnfinishedJobs& unfinished() { return unfinished_; }
  PayloadStore& payloads() { return payloads_; }
  ScheduleStore& schedules() { return schedules_; }
  BatchStore& batches() { return batches_; }
  AttemptHistory& attempts() { return attempts_; }
  ExpiredJobs& expired() { return expired_; }
  WebhookOutbox& outbox() { return outbox_; }

  /// Waits until the database's clock has moved.
  void PassTime(absl::Duration time) {
    const std::string micros = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    const std::int64_t start = pool_.Exec(micros, {})->Int(0, 0);
    while (pool_.Exec(micros, {})->Int(0, 0) < start + absl::ToInt64Microseconds(time)) {
    }
  }

 private:
  postgres::Pool pool_{postgres::WithDeadlines(std::getenv("FURNACE_TEST_POSTGRES_DSN")), 2};
  PostgresJobHistory history_{pool_};
  PostgresUnfinishedJobs unfinished_{pool_};
  PostgresPayloadStore payloads_{pool_};
  PostgresScheduleStore schedules_{pool_};
  PostgresBatchStore batches_{pool_};
  PostgresAttemptHistory attempts_{pool_};
  PostgresExpiredJobs expired_{pool_};
  PostgresWebhookOutbox outbox_{pool_};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, UnfinishedJobsContract, PostgresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, BatchStoreContract, PostgresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, WebhookOutboxContract, PostgresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, ResultContract, PostgresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, JobHistoryContract, PostgresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, PayloadStoreContract, PostgresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, ScheduleStoreContract, PostgresBackend);

}  // namespace
}  // namespace furnace::scheduler
