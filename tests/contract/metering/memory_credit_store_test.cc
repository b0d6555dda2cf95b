#include "tests/contract/metering/credit_store_contract.h"
#include "tests/contract/metering/subsidy_store_contract.h"
#include "tests/support/metering_memory_credits.h"

namespace furnace::metering {
namespace {

class MemoryCreditBackend {
 public:
  CreditStore& credits() { return credits_; }
  SubsidyStore& subsidies() { return subsidies_; }

 private:
  MemoryCreditStore credits_;
  MemorySubsidyStore subsidies_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, CreditStoreContract, MemoryCreditBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, SubsidyStoreContract, MemoryCreditBackend);

}  // namespace
}  // namespace furnace::metering
