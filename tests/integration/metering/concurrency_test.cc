// Many writers, and readers beside them, on one database.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <iostream>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "services/metering/app/usage_recorder.h"
#include "tests/support/metering_postgres.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr int kThreads = 8;

void OnThreads(int count, const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

class NoMonitor final : public RecordingMonitor {
 public:
  void Recorded(const RecordTally&) override {}
};

class MeteringConcurrencyTest : public testing::Test {
 protected:
  // Records of a few projects, endpoints and hours, so that writers collide.
  std::vector<UsageRecord> MakeRecords(int count) {
    std::vector<UsageRecord> records;
    for (int i = 0; i < count; ++i) {
      UsageRecord record = ARecord();
      record.project_id = projects_[static_cast<std::size_t>(i % 3)];
      record.endpoint_id = endpoints_[static_cast<std::size_t>(i % 2)];
      record.start_us = kTenUs + (i % 5) * kHourUs - kSecondUs;
      record.end_us = record.start_us + 2 * kSecondUs;
      if (i % 4 > 0) record.api_key_id = endpoints_[static_cast<std::size_t>(i % 4 / 2)];
      records.push_back(record);
    }
    return records;
  }

  UsageSums SumsOfAll() {
    UsageSums sums;
    for (const std::string& project_id : projects_) {
      const auto rows = backend_.usage().Sum(
          {.project_id = project_id, .period = {kTenUs - kDayUs, kTenUs + kDayUs}}, 1);
      EXPECT_TRUE(rows.ok()) << rows.status();
      sums = *Add(sums, rows->at(0).sums);
    }
    return sums;
  }

  PostgresBackend backend_{kThreads + 1};
  NoMonitor monitor_;
  FixedClock clock_{kTenUs + kDayUs};
  UsageRecorder recorder_{backend_.usage(), backend_.prices(), monitor_, clock_};
  const std::vector<std::string> projects_ = {NewId(), NewId(), NewId()};
  const std::vector<std::string> endpoints_ = {NewId(), NewId()};
};

TEST_F(MeteringConcurrencyTest, TheSameRecordsFromManyThreadsCountOnce) {
  const std::vector<UsageRecord> records = MakeRecords(300);
  const std::uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << std::endl;
  std::atomic<int> recorded{0};
  OnThreads(kThreads, [&](int thread) {
    std::mt19937_64 random(seed + static_cast<std::uint64_t>(thread));
    std::vector<UsageRecord> mine = records;
    std::shuffle(mine.begin(), mine.end(), random);
    for (std::size_t from = 0; from < mine.size();) {
      const std::size_t to = std::min(mine.size(), from + 1 + random() % 60);
      const auto count = recorder_.Record({mine.begin() + static_cast<std::ptrdiff_t>(from),
                                           mine.begin() + static_cast<std::ptrdiff_t>(to)});
      ASSERT_TRUE(count.ok()) << count.status();
      recorded += *count;
      from = to;
    }
  });
  EXPECT_EQ(recorded, 300);
  const UsageSums sums = SumsOfAll();
  EXPECT_TRUE(sums.invocations == 300);
  EXPECT_TRUE(sums.gpu_milli_us == Int128{300} * 2 * kSecondUs * 1'000);
  EXPECT_TRUE(sums.cost == FromNanos(300 * (2 * 60'000 + 100'000)));
}

TEST_F(MeteringConcurrencyTest, WhoFollowsTheLedgerMissesNoLineAndSeesNoneTwice) {
  constexpr int kBatches = 25;
  constexpr int kBatchSize = 12;
  std::atomic<int> writing{kThreads - 1};
  std::vector<std::int64_t> seen;
  OnThreads(kThreads, [&](int thread) {
    if (thread > 0) {
      for (int i = 0; i < kBatches; ++i) {
        // Endpoints of their own, so that no two writers meet before the ledger.
        std::vector<UsageRecord> records = MakeRecords(kBatchSize);
        for (UsageRecord& record : records) record.endpoint_id = NewId();
        const auto count = recorder_.Record(std::move(records));
        EXPECT_TRUE(count.ok()) << count.status();
      }
      --writing;
      return;
    }
    LedgerQuery query{.project_id = projects_[0], .limit = 7};
    while (true) {
      const bool last_round = writing == 0;
      const auto page = backend_.usage().ListLines(query);
      ASSERT_TRUE(page.ok()) << page.status();
      for (const LedgerLine& line : *page) seen.push_back(line.id);
      if (!page->empty()) query.after_id = seen.back();
      if (page->empty() && last_round) return;
    }
  });
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_TRUE(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  const auto all = backend_.usage().ListLines({.project_id = projects_[0], .limit = 1'000'000});
  ASSERT_TRUE(all.ok());
  // Each record spans two hours, so it has three lines.
  EXPECT_EQ(all->size(), (kThreads - 1) * kBatches * (kBatchSize / 3) * 3);
  EXPECT_EQ(seen.size(), all->size());
}

}  // namespace
}  // namespace furnace::metering
