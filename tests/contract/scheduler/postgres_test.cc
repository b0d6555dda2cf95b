#include <cstdlib>

#include "libs/common/base/check.h"
#include "libs/common/postgres/migrator.h"
#include "services/scheduler/storage/postgres/batch_store.h"
#include "services/scheduler/storage/postgres/job_history.h"
#include "services/scheduler/storage/postgres/payload_store.h"
#include "tests/contract/scheduler/batch_store_contract.h"
#include "tests/contract/scheduler/migrations.h"
#include "tests/contract/scheduler/stores_contract.h"

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
  PayloadStore& payloads() { return payloads_; }
  BatchStore& batches() { return batches_; }

 private:
  postgres::Pool pool_{postgres::WithDeadlines(std::getenv("FURNACE_TEST_POSTGRES_DSN")), 2};
  PostgresJobHistory history_{pool_};
  PostgresPayloadStore payloads_{pool_};
  PostgresBatchStore batches_{pool_};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, BatchStoreContract, PostgresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, JobHistoryContract, PostgresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, PayloadStoreContract, PostgresBackend);

}  // namespace
}  // namespace furnace::scheduler
