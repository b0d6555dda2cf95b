#include "tests/contract/metering/ledger_store_contract.h"
#include "tests/contract/metering/usage_overlap_contract.h"
#include "tests/contract/metering/usage_store_contract.h"
#include "tests/support/metering_memory_store.h"

namespace furnace::metering {
namespace {

class MemoryBackend {
 public:
  UsageStore& usage() { return usage_; }
  LedgerStore& ledger() { return usage_; }

 private:
  MemoryUsageStore usage_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, UsageStoreContract, MemoryBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, UsageOverlapContract, MemoryBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, LedgerStoreContract, MemoryBackend);

}  // namespace
}  // namespace furnace::metering
