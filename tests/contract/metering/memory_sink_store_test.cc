#include "tests/contract/metering/sink_store_contract.h"
#include "tests/contract/metering/throttle_store_contract.h"
#include "tests/support/metering_memory_sinks.h"

namespace furnace::metering {
namespace {

class MemorySinkBackend {
 public:
  SinkStore& sinks() { return sinks_; }
  void Record(const std::vector<Bill>& bills) { sinks_.Append(bills); }

 private:
  MemorySinkStore sinks_;
};

class MemoryThrottleBackend {
 public:
  ThrottleStore& throttles() { return throttles_; }

 private:
  MemoryThrottleStore throttles_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ThrottleStoreContract, MemoryThrottleBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, SinkStoreContract, MemorySinkBackend);

}  // namespace
}  // namespace furnace::metering
