#include "tests/contract/metering/budget_store_contract.h"
#include "tests/support/metering_memory_budgets.h"

namespace furnace::metering {
namespace {

class MemoryBackend {
 public:
  BudgetStore& budgets() { return budgets_; }
  BudgetStore& no_hard() { return no_hard_; }

 private:
  SystemClock clock_;
  MemoryBudgetStore budgets_{clock_};
  MemoryBudgetStore no_hard_{clock_, 0};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, BudgetStoreContract, MemoryBackend);

}  // namespace
}  // namespace furnace::metering
