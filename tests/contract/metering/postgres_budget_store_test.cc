#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/metering/storage/postgres/budget_store.h"
#include "tests/contract/metering/budget_store_contract.h"
#include "tests/support/metering_postgres.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

class PostgresBudgetBackend {
 public:
  BudgetStore& budgets() { return budgets_; }
  BudgetStore& no_hard() { return no_hard_; }
  PostgresBackend& backend() { return backend_; }

 private:
  PostgresBackend backend_;
  PostgresBudgetStore budgets_{backend_.pool()};
  PostgresBudgetStore no_hard_{backend_.pool(), 0};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, BudgetStoreContract, PostgresBudgetBackend);

class BudgetSpendingTest : public BudgetStoreContract<PostgresBudgetBackend> {
 protected:
  // Ten seconds of an endpoint from the begin of this hour on, or from so much earlier.
  UsageRecord RecordOf(absl::Duration ago = absl::ZeroDuration()) const {
    UsageRecord record = ARecord();
    record.project_id = project_;
    record.endpoint_id = endpoint_;
    record.api_key_id = api_key_;
    record.start_us = absl::ToUnixMicros(hour_ - ago);
    record.end_us = record.start_us + 10 * kSecondUs;
    return record;
  }
  void Record(const UsageRecord& record) {
    const std::vector<Bill> bills = DefaultBills({record});
    EXPECT_TRUE(backend_.backend().usage().Record(bills, record.end_us).ok());
  }
  Budget Make(const std::string& name, BudgetWindow window, const std::string& endpoint_id = "",
              absl::Duration ago = absl::ZeroDuration(), const std::string& api_key_id = "") {
    Budget budget = ABudget(name);
    budget.spec.window = window;
    budget.spec.unit = BudgetUnit::kGpuTimeUs;
    budget.spec.endpoint_id = endpoint_id;
    budget.spec.api_key_id = api_key_id;
    budget.created_at = hour_ - ago;
    EXPECT_TRUE(store().Create(budget).ok());
    return budget;
  }
  std::int64_t SpentOf(const Budget& budget, absl::Duration ago = absl::ZeroDuration()) {
    return store().Spent({budget}, hour_ - ago)->at(0).spent;
  }

  const std::string endpoint_ = NewUuid(absl::Now());
  const std::string api_key_ = NewUuid(absl::Now());
  const absl::Time hour_ = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()) / 3600 * 3600);
  const std::int64_t once_ = 10 * kSecondUs * ARecord().milli_gpus / 1000;
};

TEST_F(BudgetSpendingTest, IsWhatIsRecordedInTheWindowOfProjectOrEndpoint) {
  for (const char* when : {"before", "after"}) {
    for (const int window : {1, 2, 3, 4, 5}) {
      const std::string name = std::string(when) + "-" + std::to_string(window);
      Make(name + "-all", static_cast<BudgetWindow>(window));
      Make(name + "-mine", static_cast<BudgetWindow>(window), endpoint_);
      Make(name + "-other", static_cast<BudgetWindow>(window), NewUuid(absl::Now()));
    }
    Record(RecordOf());
  }
  const std::vector<Budget> budgets = store().ListOf(project_).value();
  EXPECT_EQ(budgets.size(), 30U);
  const std::vector<BudgetState> states = store().Spent(budgets, hour_).value();
  for (const BudgetState& state : states) {
    const std::string& name = state.budget.spec.name;
    EXPECT_EQ(state.spent, name.ends_with("-other") ? 0 : 2 * once_) << name;
  }
}

TEST_F(BudgetSpendingTest, OfAnApiKeyIsWhatItsJobsCostAndWithAnEndpointThoseThere) {
  const std::string other = NewUuid(absl::Now());
  UsageRecord lifetime = RecordOf();  // Of a worker that nobody's job has started.
  lifetime.kind = UsageKind::kWorker;
  UsageRecord foreign = RecordOf();
  std::map<std::string, std::int64_t> expected;
  for (const char* when : {"before", "after"}) {
    const auto make = [&](const char* name, const std::string& endpoint, const std::string& key,
                          std::int64_t spent) {
      Make(std::string(when) + name, BudgetWindow::kDay, endpoint, absl::ZeroDuration(), key);
      expected[std::string(when) + name] = spent;
    };
    make("-key", "", api_key_, 2 * once_);
    make("-other", "", other, 4 * once_);
    make("-key-here", endpoint_, api_key_, 2 * once_);
    make("-key-there", NewUuid(absl::Now()), api_key_, 0);
    make("-unknown", "", NewUuid(absl::Now()), 0);
    make("-all", "", "", 8 * once_);
    Record(RecordOf());
    for (UsageRecord* const record : {&lifetime, &foreign}) record->key.job_id = NewId();
    lifetime.api_key_id = "";
    foreign.api_key_id = other;
    Record(lifetime);
    Record(foreign);
    foreign.endpoint_id = NewId();
    foreign.key.job_id = NewId();
    Record(foreign);
    foreign.endpoint_id = endpoint_;
  }
  const std::vector<Budget> budgets = store().ListOf(project_).value();
  const std::vector<BudgetState> states = store().Spent(budgets, hour_).value();
  ASSERT_EQ(states.size(), expected.size());
  for (const BudgetState& state : states) {
    EXPECT_EQ(state.spent, expected.at(state.budget.spec.name)) << state.budget.spec.name;
  }
}

TEST_F(BudgetSpendingTest, MoneyIsRoundedUp) {
  Budget budget = ABudget();
  ASSERT_TRUE(store().Create(budget).ok());
  UsageRecord record = RecordOf();
  record.end_us = record.start_us + 1;
  Record(record);
  EXPECT_GT(SpentOf(budget), 0);
}

TEST_F(BudgetSpendingTest, WhatComesLateCountsInItsOwnWindow) {
  const Budget daily = Make("daily", BudgetWindow::kDay);
  const Budget grant = Make("grant", BudgetWindow::kGrant);
  Record(RecordOf(absl::Hours(24)));
  EXPECT_EQ(SpentOf(daily), 0);
  EXPECT_EQ(SpentOf(daily, absl::Hours(24)), once_);
  EXPECT_EQ(SpentOf(grant), 0) << "from before it";
  const Budget older = Make("older", BudgetWindow::kGrant, "", absl::Hours(48));
  EXPECT_EQ(SpentOf(older), once_);
}

TEST_F(BudgetSpendingTest, WindowsLongOverAreForgotten) {
  const Budget daily = Make("daily", BudgetWindow::kDay);
  postgres::Pool& pool = backend_.backend().pool();
  ASSERT_TRUE(pool.Exec("INSERT INTO metering.budget_spending VALUES "
                        "($1::uuid, now() - interval '3 days', 1, 1)",
                        {daily.id})
                  .ok());
  Record(RecordOf(absl::Hours(72)));
  Record(RecordOf());
  const auto rows = pool.Exec(
      "SELECT count(*) FROM metering.budget_spending WHERE budget_id = $1::uuid", {daily.id});
  EXPECT_EQ(rows->Int(0, 0), 1);
  EXPECT_EQ(SpentOf(daily), once_);
}

TEST_F(BudgetSpendingTest, ABudgetMadeWhileOthersRecordMissesNothingAndCountsNothingTwice) {
  constexpr int kRecords = 60;
  std::thread recording([this] {
    for (int i = 0; i < kRecords; ++i) Record(RecordOf());
  });
  std::vector<Budget> budgets;
  for (int i = 0; i < 20; ++i) {
    budgets.push_back(Make("b" + std::to_string(i), BudgetWindow::kMonth));
    const Budget gone = Make("gone", BudgetWindow::kMonth);
    EXPECT_TRUE(store().Delete(project_, gone.id).ok());
  }
  recording.join();
  for (const Budget& budget : budgets) EXPECT_EQ(SpentOf(budget), kRecords * once_);
}

TEST_F(BudgetSpendingTest, TheDatabaseHasTheWindowsOfSpanOf) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::Time made = absl::FromCivil(absl::CivilSecond(2026, 2, 3, 4, 5, 6), utc);
  for (const absl::CivilSecond at :
       {absl::CivilSecond(2026, 11, 22, 23, 59, 59), absl::CivilSecond(2026, 11, 23, 0, 0, 0),
        absl::CivilSecond(2027, 1, 1, 0, 0, 0), absl::CivilSecond(2028, 2, 29, 12, 0, 0),
        absl::CivilSecond(2026, 3, 29, 1, 30, 0)}) {
    for (const int window : {1, 2, 3, 4, 5}) {
      const absl::Time now = absl::FromCivil(at, utc);
      const auto rows = backend_.backend().pool().Exec(
          "SELECT (extract(epoch FROM metering.budget_window($1::smallint, "
          "to_timestamp($2::bigint), to_timestamp($3::bigint))) * 1000000)::bigint",
          {std::to_string(window), std::to_string(absl::ToUnixSeconds(made)),
           std::to_string(absl::ToUnixSeconds(now))});
      EXPECT_EQ(rows->Time(0, 0), SpanOf(static_cast<BudgetWindow>(window), made, now).start)
          << window << " at " << now;
    }
  }
}

}  // namespace
}  // namespace furnace::metering
