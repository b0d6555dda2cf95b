#include "tests/contract/registry/api_key_store_contract.h"
#include "tests/contract/registry/endpoint_store_contract.h"
#include "tests/contract/registry/project_store_contract.h"
#include "tests/support/registry_stores.h"

namespace furnace::registry {
namespace {

class MemoryBackend {
 public:
  ProjectStore& projects() { return projects_; }
  ApiKeyStore& keys() { return keys_; }
  EndpointStore& endpoints() { return endpoints_; }

 private:
  MemoryProjectStore projects_;
  MemoryApiKeyStore keys_{projects_};
  MemoryEndpointStore endpoints_{projects_};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ProjectStoreContract, MemoryBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ApiKeyStoreContract, MemoryBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, EndpointStoreContract, MemoryBackend);

}  // namespace
}  // namespace furnace::registry
