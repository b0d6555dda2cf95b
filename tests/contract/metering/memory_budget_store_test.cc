#include "tests/contract/metering/budget_store_contract.h"
#include "tests/support/metering_memory_budgets.h"

namespace furnace::metering {
namespace {

class MemoryBackend {
 public:
  BudgetStore& budgets() { return budgets_; }

 private:
  SystemClock clock_;
  MemoryBudgetStore budgets_{clock_};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, BudgetStoreContract, MemoryBackend);

}  // namespace
}  // namespace furnace::metering
