#include "tests/contract/metering/usage_history_property.h"
#include "tests/support/metering_memory_store.h"

namespace furnace::metering {
namespace {

class MemoryBackend {
 public:
  static constexpr std::uint64_t kHistories = 20;

  UsageStore& usage() { return usage_; }
  LedgerStore& ledger() { return usage_; }
  PriceStore& prices() { return prices_; }
  void AddPrice(const Price& price) { prices_.Add(price); }

 private:
  MemoryUsageStore usage_;
  MemoryPriceStore prices_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, UsageHistoryProperty, MemoryBackend);

}  // namespace
}  // namespace furnace::metering
