#include <cstdlib>

#include "libs/common/base/check.h"
#include "libs/common/postgres/migrator.h"
#include "services/scheduler/storage/postgres/job_history.h"
#include "services/scheduler/storage/postgres/payload_store.h"
#include "services/scheduler/storage/postgres/schedule_store.h"
#include "services/scheduler/storage/postgres/unfinished_jobs.h"
#include "tests/contract/scheduler/migrations.h"
#include "tests/contract/scheduler/schedule_store_contract.h"
#include "tests/contract/scheduler/stores_contract.h"
#include "tests/contract/scheduler/unfinished_jobs_contract.h"

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
  UnfinishedJobs& unfinished() { return unfinished_; }
  PayloadStore& payloads() { return payloads_; }
  ScheduleStore& schedules() { return schedules_; }

 private:
  postgres::Pool pool_{postgres::WithDeadlines(std::getenv("FURNACE_TEST_POSTGRES_DSN")), 2};
  PostgresJobHistory history_{pool_};
  PostgresUnfinishedJobs unfinished_{pool_};
  PostgresPayloadStore payloads_{pool_};
  PostgresScheduleStore schedules_{pool_};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, UnfinishedJobsContract, PostgresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, JobHistoryContract, PostgresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, PayloadStoreContract, PostgresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, ScheduleStoreContract, PostgresBackend);

}  // namespace
}  // namespace furnace::scheduler
