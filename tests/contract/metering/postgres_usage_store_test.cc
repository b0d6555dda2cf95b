#include "tests/contract/metering/ledger_store_contract.h"
#include "tests/contract/metering/usage_overlap_contract.h"
#include "tests/contract/metering/usage_store_contract.h"
#include "tests/support/metering_postgres.h"

namespace furnace::metering {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, UsageStoreContract, PostgresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, UsageOverlapContract, PostgresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, LedgerStoreContract, PostgresBackend);

}  // namespace
}  // namespace furnace::metering
