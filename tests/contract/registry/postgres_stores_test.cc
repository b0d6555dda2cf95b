#include "tests/contract/registry/api_key_store_contract.h"
#include "tests/contract/registry/endpoint_store_contract.h"
#include "tests/contract/registry/project_store_contract.h"
#include "tests/support/registry_database.h"

namespace furnace::registry {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, ProjectStoreContract, TestDatabase);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, ApiKeyStoreContract, TestDatabase);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, EndpointStoreContract, TestDatabase);

}  // namespace
}  // namespace furnace::registry
