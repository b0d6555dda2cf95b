#include "services/metering/storage/postgres/budget_store.h"
#include "tests/contract/metering/budget_store_contract.h"
#include "tests/support/metering_postgres.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

class PostgresBudgetBackend {
 public:
  BudgetStore& budgets() { return budgets_; }
  PostgresBackend& backend() { return backend_; }

 private:
  PostgresBackend backend_;
  PostgresBudgetStore budgets_{backend_.pool()};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, BudgetStoreContract, PostgresBudgetBackend);

class BudgetSpendingTest : public BudgetStoreContract<PostgresBudgetBackend> {
 protected:
  std::int64_t SpentOf(const Budget& budget, absl::Time now) {
    return store().Spent({budget}, now)->at(0).spent;
  }
};

TEST_F(BudgetSpendingTest, IsWhatIsRecordedInTheWindowOfProjectOrEndpoint) {
  UsageRecord record = ARecord();
  record.project_id = project_;
  const std::vector<Bill> bills = DefaultBills({record});
  ASSERT_TRUE(backend_.backend().usage().Record(bills, kTenUs).ok());
  const absl::Time now = absl::FromUnixMicros(record.end_us);
  Budget budget = ABudget();
  budget.spec.window = BudgetWindow::kDay;
  const std::int64_t spent = SpentOf(budget, now);
  EXPECT_GT(spent, 0);
  budget.spec.endpoint_id = record.endpoint_id;
  EXPECT_EQ(SpentOf(budget, now), spent);
  EXPECT_EQ(SpentOf(budget, now + absl::Hours(48)), 0) << "another day";
  budget.spec.endpoint_id = NewUuid(absl::Now());
  EXPECT_EQ(SpentOf(budget, now), 0) << "another endpoint";
  budget.spec.endpoint_id.clear();
  budget.spec.unit = BudgetUnit::kGpuTimeUs;
  EXPECT_EQ(SpentOf(budget, now), (record.end_us - record.start_us) * record.milli_gpus / 1000);
  budget.spec.window = BudgetWindow::kGrant;
  budget.created_at = now;
  EXPECT_EQ(SpentOf(budget, now + absl::Hours(10'000)),
            (record.end_us - record.start_us) * record.milli_gpus / 1000);
  budget.created_at = now + absl::Hours(2);
  EXPECT_EQ(SpentOf(budget, now + absl::Hours(10'000)), 0) << "from before the grant";
}

}  // namespace
}  // namespace furnace::metering
