#include "tests/contract/metering/correction_store_contract.h"
#include "tests/contract/metering/price_store_contract.h"
#include "tests/support/metering_memory_store.h"

namespace furnace::metering {
namespace {

class MemoryPriceBackend {
 public:
  PriceStore& prices() { return prices_; }
  PriceHistory& history() { return prices_; }
  TermStore& terms() { return terms_; }
  UsageStore& usage() { return usage_; }
  LedgerStore& ledger() { return usage_; }
  CorrectionStore& corrections() { return usage_; }

 private:
  MemoryPriceStore prices_;
  MemoryTermStore terms_;
  MemoryUsageStore usage_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, PriceStoreContract, MemoryPriceBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, CorrectionStoreContract, MemoryPriceBackend);

}  // namespace
}  // namespace furnace::metering
