#include <atomic>
#include <thread>

#include "services/metering/storage/postgres/sink_store.h"
#include "services/metering/storage/postgres/throttle_store.h"
#include "tests/contract/metering/sink_store_contract.h"
#include "tests/contract/metering/throttle_store_contract.h"
#include "tests/support/metering_postgres.h"

namespace furnace::metering {
namespace {

class PostgresSinkBackend {
 public:
  SinkStore& sinks() { return sinks_; }
  void Record(const std::vector<Bill>& bills) {
    if (bills.empty()) return;
    const auto outcome = backend_.usage().Record(bills, kTenUs);
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    ASSERT_EQ(outcome->recorded.size(), bills.size());
  }
  PostgresBackend& backend() { return backend_; }

 private:
  PostgresBackend backend_{8};
  PostgresSinkStore sinks_{backend_.pool()};
};

class PostgresThrottleBackend {
 public:
  ThrottleStore& throttles() { return throttles_; }
  PostgresBackend& backend() { return backend_; }

 private:
  PostgresBackend backend_;
  PostgresThrottleStore throttles_{backend_.pool()};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, ThrottleStoreContract, PostgresThrottleBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, SinkStoreContract, PostgresSinkBackend);

// What the fake cannot show: transactions that overlap.
class OutboxOrderTest : public SinkStoreContract<PostgresSinkBackend> {};

TEST_F(OutboxOrderTest, WhoReadsOnMissesNothingThatIsRecordedMeanwhile) {
  constexpr int kWriters = 4;
  constexpr int kCalls = 25;
  const std::string sink = SinkBefore({});
  std::vector<std::thread> writers;
  std::atomic<int> writing{kWriters};
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&] {
      for (int call = 0; call < kCalls; ++call) {
        backend_.Record(DefaultBills({ARecord(), ARecord(), ARecord()}));
      }
      --writing;
    });
  }
  std::int64_t cursor = first_ - 1;
  for (bool last = false; !last;) {
    last = writing == 0;
    for (const SinkWork& work : Next(sink, SinkSource::kOutbox, cursor, 50)) {
      EXPECT_EQ(work.record.seq, cursor + 1);
      cursor = work.record.seq;
      last = false;
    }
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(cursor - (first_ - 1), kWriters * kCalls * 3);
}

TEST_F(OutboxOrderTest, WhatWasKnownIsNotRecordedAgain) {
  const UsageRecord known = ARecord();
  const std::string sink = SinkBefore({known});
  const auto outcome = backend_.backend().usage().Record(DefaultBills({known, ARecord()}), kTenUs);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  ASSERT_TRUE(backend_.backend().usage().Record(DefaultBills({known}), kTenUs).ok());
  EXPECT_EQ(Next(sink, SinkSource::kOutbox, first_ - 1).size(), 2);
}

class ProjectsToAskAboutTest : public ThrottleStoreContract<PostgresThrottleBackend> {
 protected:
  // What a project is called, or "".
  std::string AccountOf(const std::string& project_id, bool same_project_ids, absl::Time since) {
    const auto projects = backend_.throttles().Projects(same_project_ids, since);
    EXPECT_TRUE(projects.ok()) << projects.status();
    for (const SinkProject& project : *projects) {
      if (project.project_id == project_id) return project.account_id;
    }
    return "";
  }
};

TEST_F(ProjectsToAskAboutTest, AreThoseMappedAndThoseOfTheirOwnNameWithUsage) {
  const UsageRecord used = ARecord();
  const UsageRecord mapped = ARecord();
  ASSERT_TRUE(backend_.backend().usage().Record(DefaultBills({used, mapped}), kTenUs).ok());
  PostgresSinkStore sinks(backend_.backend().pool());
  ASSERT_TRUE(sinks.SetProject({kWaybillSink, mapped.project_id, "m"}).ok());
  const absl::Time before = absl::FromUnixMicros(kTenUs);
  const absl::Time after = absl::FromUnixMicros(kTenUs + kHourUs);
  EXPECT_EQ(AccountOf(mapped.project_id, false, before), "m");
  EXPECT_EQ(AccountOf(used.project_id, false, before), "");
  EXPECT_EQ(AccountOf(mapped.project_id, true, before), "m");
  EXPECT_EQ(AccountOf(used.project_id, true, before), used.project_id);
  EXPECT_EQ(AccountOf(used.project_id, true, after), "");
}

}  // namespace
}  // namespace furnace::metering
