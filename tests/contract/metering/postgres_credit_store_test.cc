#include <atomic>
#include <thread>

#include "services/metering/storage/postgres/credit_store.h"
#include "services/metering/storage/postgres/subsidy_store.h"
#include "tests/contract/metering/credit_store_contract.h"
#include "tests/contract/metering/subsidy_store_contract.h"
#include "tests/support/metering_postgres.h"

namespace furnace::metering {
namespace {

class PostgresCreditBackend {
 public:
  CreditStore& credits() { return credits_; }
  SubsidyStore& subsidies() { return subsidies_; }
  PostgresBackend& backend() { return backend_; }

 private:
  PostgresBackend backend_{8};
  PostgresCreditStore credits_{backend_.pool()};
  PostgresSubsidyStore subsidies_{backend_.pool()};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, CreditStoreContract, PostgresCreditBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, SubsidyStoreContract, PostgresCreditBackend);

class CreditEntriesTest : public CreditStoreContract<PostgresCreditBackend> {
 protected:
  absl::Status Run(const std::string& sql, const std::vector<postgres::Param>& params = {}) {
    return backend_.backend().pool().Exec(sql, params).status();
  }
};

TEST_F(CreditEntriesTest, ManyAtATimeUseAGrantNoFurtherThanItGoes) {
  constexpr int kThreads = 6;
  constexpr int kHours = 10;
  const Grant grant = AGrant(project_, 25);
  Give(grant);
  std::atomic<int> used{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int hour = 0; hour < kHours; ++hour) {
        const std::int64_t start = kTenUs + (thread * kHours + hour) * kHourUs;
        const absl::Status status = Use({start, start + kHourUs}, {{grant.id, FromNanos(1)}});
        EXPECT_TRUE(status.ok() || absl::IsAborted(status)) << status;
        used += status.ok() ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(used, 25);
  EXPECT_EQ(Of(grant.id).left, AttoUsd{0});
}

TEST_F(CreditEntriesTest, TheTableItselfRefusesMoreThanThereIs) {
  const Grant grant = AGrant(project_, 1);
  Give(grant);
  const absl::Status status = Run(
      "INSERT INTO metering.credit_entries (grant_id, kind, amount_atto, reference, recorded_us) "
      "VALUES ($1, 'void', -1000000001, '', 0)",
      {grant.id});
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
}

TEST_F(CreditEntriesTest, NothingThatWasWrittenChanges) {
  const Grant grant = AGrant(project_, 1);
  Give(grant);
  ASSERT_TRUE(Use(kMonth, {{grant.id, {1}}}).ok());
  for (const std::string table : {"credit_grants", "credit_entries", "period_commits",
                                  "project_attributes", "subsidy_policies", "subsidy_decisions"}) {
    EXPECT_FALSE(Run("DELETE FROM metering." + table).ok()) << table;
  }
}

class ChargeSourceTest : public testing::Test {
 protected:
  PostgresBackend backend_;
  PostgresChargeSource charges_{backend_.pool()};
};

TEST_F(ChargeSourceTest, ChargesAreTheLedgersOfThePeriod) {
  const UsageRecord record = ARecord();
  UsageRecord later = record;
  later.key.job_id = NewId();
  UsageRecord outside = record;
  outside.key.job_id = NewId();
  ASSERT_TRUE(backend_.usage().Record(DefaultBills({record}), kTenUs).ok());
  ASSERT_TRUE(backend_.usage().Record(DefaultBills({later}), kTenUs + kHourUs - 1).ok());
  ASSERT_TRUE(backend_.usage().Record(DefaultBills({outside}), kTenUs + kHourUs).ok());
  const auto charges = charges_.Load(record.project_id, {kTenUs, kTenUs + kHourUs});
  ASSERT_TRUE(charges.ok()) << charges.status();
  ASSERT_EQ(charges->size(), 2);
  EXPECT_EQ(charges->at(0), GpuTimeCharge(record.endpoint_id, "rtx4000", 60'000, 20));
  EXPECT_EQ(charges->at(1).kind, EntryKind::kInvocation);
  EXPECT_EQ(charges->at(1).amount, FromNanos(200'000));
  EXPECT_TRUE(charges_.Load(NewId(), {kTenUs, kTenUs + kHourUs})->empty());
}

}  // namespace
}  // namespace furnace::metering
