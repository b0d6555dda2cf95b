// What every UsageStore must do. Instantiated for the fake and for Postgres.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/metering_records.h"

namespace furnace::metering {

inline constexpr std::int64_t kElevenUs = kTenUs + kHourUs;

/// `Backend` offers usage(), which need not start empty: tests do not share projects.
template <typename Backend>
class UsageStoreContract : public testing::Test {
 protected:
  StoreOutcome Record(const std::vector<UsageRecord>& records) {
    const absl::StatusOr<StoreOutcome> outcome =
        backend_.usage().Record(DefaultBills(records), kTenUs);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? *outcome : StoreOutcome{};
  }

  std::vector<UsageRow> Rows(const UsageQuery& query, int limit = 100) {
    const absl::StatusOr<std::vector<UsageRow>> rows = backend_.usage().Sum(query, limit);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() ? *rows : std::vector<UsageRow>{};
  }

  UsageSums Sums(const UsageQuery& query) {
    const std::vector<UsageRow> rows = Rows(query);
    EXPECT_EQ(rows.size(), 1);
    return rows.empty() ? UsageSums{} : rows[0].sums;
  }

  UsageSums SumsIn(const std::string& project_id, Span period) {
    return Sums({.project_id = project_id, .period = period});
  }

  std::vector<LedgerLine> Lines(const LedgerQuery& query) {
    const absl::StatusOr<std::vector<LedgerLine>> lines = backend_.usage().ListLines(query);
    EXPECT_TRUE(lines.ok()) << lines.status();
    return lines.ok() ? *lines : std::vector<LedgerLine>{};
  }

  Backend backend_;
};
TYPED_TEST_SUITE_P(UsageStoreContract);

// A record of `project_id` during [start_us, end_us).
inline UsageRecord RecordOf(const std::string& project_id, std::int64_t start_us,
                            std::int64_t end_us) {
  UsageRecord record = ARecord();
  record.project_id = project_id;
  record.start_us = start_us;
  record.end_us = end_us;
  return record;
}

inline constexpr Span kAllTime = {kTenUs - 30 * kDayUs, kTenUs + 30 * kDayUs};

TYPED_TEST_P(UsageStoreContract, RecordsEachKeyOnce) {
  const UsageRecord a = ARecord();
  UsageRecord b = a;
  b.key.epoch = 2;
  EXPECT_EQ(this->Record({a}).recorded, std::vector<std::size_t>{0});
  const StoreOutcome again = this->Record({a, b});
  EXPECT_EQ(again.recorded, std::vector<std::size_t>{1});
  EXPECT_TRUE(again.conflicting.empty());
  EXPECT_TRUE(this->Record({a, b}).recorded.empty());
  EXPECT_TRUE(this->SumsIn(a.project_id, kAllTime).invocations == 2);
  EXPECT_EQ(this->Lines({.project_id = a.project_id, .limit = 10}).size(), 4);
}

TYPED_TEST_P(UsageStoreContract, AKnownKeyWithOtherValuesConflictsAndChangesNothing) {
  const UsageRecord a = ARecord();
  this->Record({a});
  const std::vector<std::function<void(UsageRecord&)>> changes = {
      [](UsageRecord& r) { r.project_id = NewId(); },
      [](UsageRecord& r) { r.endpoint_id = NewId(); },
      [](UsageRecord& r) { r.worker_id = "other"; },
      [](UsageRecord& r) { r.gpu_type = "rtx4090"; },
      [](UsageRecord& r) { r.milli_gpus = 2'000; },
      [](UsageRecord& r) { r.start_us -= 1; },
      [](UsageRecord& r) { r.end_us += 1; },
      [](UsageRecord& r) { r.cause = Cause::kPlatform; },
      [](UsageRecord& r) { r.cold_start_us = 1; },
      [](UsageRecord& r) { r.kind = UsageKind::kInstance; },
      [](UsageRecord& r) { r.warm = r.covered = true; },
      [](UsageRecord& r) { r.vram_mib = 1; },
      [](UsageRecord& r) { r.region = "eu"; },
      [](UsageRecord& r) { r.tier = "spot"; },
      [](UsageRecord& r) { r.tags.emplace_back("team", "a"); },
      [](UsageRecord& r) { r.api_key_id = NewId(); },
      [](UsageRecord& r) { r.tokens = 1; },
  };
  const UsageSums before = this->SumsIn(a.project_id, kAllTime);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    UsageRecord other = a;
    changes[i](other);
    const StoreOutcome outcome = this->Record({ARecord(), other});
    EXPECT_EQ(outcome.recorded, std::vector<std::size_t>{0}) << i;
    EXPECT_EQ(outcome.conflicting, std::vector<std::size_t>{1}) << i;
  }
  EXPECT_TRUE(this->SumsIn(a.project_id, kAllTime) == before);
  EXPECT_EQ(this->Lines({.project_id = a.project_id, .limit = 10}).size(), 2);
}

TYPED_TEST_P(UsageStoreContract, WithoutUsageTheTotalIsZeroAndThereAreNoGroups) {
  EXPECT_TRUE(this->SumsIn(NewId(), kAllTime) == UsageSums{});
  EXPECT_TRUE(this->Rows({.project_id = NewId(), .period = kAllTime, .by_hour = true}).empty());
  const UsageRecord a = ARecord();
  this->Record({a});
  EXPECT_TRUE(this->SumsIn(a.project_id, {kTenUs, kTenUs}) == UsageSums{});
}

TYPED_TEST_P(UsageStoreContract, AnEmptyPeriodInsideAnAttemptHasNoGroups) {
  const UsageRecord a = ARecord();
  this->Record({a});
  for (const auto& job_id : {std::optional<std::string>(), std::optional(a.key.job_id)}) {
    EXPECT_TRUE(this->Rows({.project_id = a.project_id,
                            .period = {kTenUs + 1, kTenUs + 1},
                            .job_id = job_id,
                            .by_hour = true})
                    .empty());
  }
}

TYPED_TEST_P(UsageStoreContract, CutsUsageAtTheEndsOfThePeriod) {
  const std::string project = NewId();
  this->Record({RecordOf(project, kTenUs + 100, kElevenUs + 200)});
  const auto gpu_us = [&](std::int64_t from, std::int64_t to) {
    return static_cast<std::int64_t>(this->SumsIn(project, {from, to}).gpu_milli_us / 1'000);
  };
  EXPECT_EQ(gpu_us(kTenUs, kElevenUs), kHourUs - 100);
  EXPECT_EQ(gpu_us(kElevenUs, kElevenUs + kHourUs), 200);
  EXPECT_EQ(gpu_us(kTenUs + 100, kElevenUs + 200), kHourUs + 100);
  EXPECT_EQ(gpu_us(kTenUs + 101, kElevenUs + 199), kHourUs + 98);
  EXPECT_EQ(gpu_us(kTenUs + 150, kTenUs + 151), 1);
  EXPECT_EQ(gpu_us(kElevenUs - 1, kElevenUs + 1), 2);
  EXPECT_EQ(gpu_us(kTenUs, kTenUs + 100), 0);
  EXPECT_EQ(gpu_us(kElevenUs + 200, kElevenUs + 300), 0);
  EXPECT_EQ(gpu_us(kTenUs - kHourUs - 5, kElevenUs + kHourUs + 5), kHourUs + 100);
}

TYPED_TEST_P(UsageStoreContract, ACutSegmentCostsItsPriceTimesWhatIsLeft) {
  const std::string project = NewId();
  this->Record({RecordOf(project, kTenUs, kTenUs + kMinuteUs)});
  const UsageSums sums = this->SumsIn(project, {kTenUs + 1, kTenUs + 8});
  EXPECT_TRUE(sums.cost == AttoUsd{7LL * 60'000 * 1'000});
}

TYPED_TEST_P(UsageStoreContract, AnAttemptCountsWhenItEnds) {
  const std::string project = NewId();
  UsageRecord record = RecordOf(project, kTenUs - 5, kTenUs + 5);
  record.cold_start_us = 42;
  this->Record({record});
  const auto ends = [&](std::int64_t from, std::int64_t to) {
    const UsageSums sums = this->SumsIn(project, {from, to});
    EXPECT_TRUE(sums.invocations * 42 == sums.cold_start_us);
    return sums.invocations == 1;
  };
  EXPECT_TRUE(ends(kTenUs, kElevenUs));
  EXPECT_FALSE(ends(kTenUs - kHourUs, kTenUs));
  EXPECT_TRUE(ends(kTenUs + 5, kTenUs + 6));
  EXPECT_FALSE(ends(kTenUs, kTenUs + 5));
  EXPECT_FALSE(ends(kTenUs + 6, kElevenUs));
}

TYPED_TEST_P(UsageStoreContract, AnAttemptOfNoLengthOnTheHourCountsInThatHour) {
  const std::string project = NewId();
  this->Record({RecordOf(project, kTenUs, kTenUs)});
  EXPECT_TRUE((this->SumsIn(project, {kTenUs, kElevenUs}) ==
               UsageSums{.invocations = 1, .cost = FromNanos(100'000)}));
  EXPECT_TRUE(this->SumsIn(project, {kTenUs, kTenUs + 1}).invocations == 1);
  EXPECT_TRUE(this->SumsIn(project, {kTenUs - kHourUs, kTenUs}) == UsageSums{});
}

TYPED_TEST_P(UsageStoreContract, LostAttemptsAreCreditedAndCostNothing) {
  const std::string project = NewId();
  UsageRecord lost = RecordOf(project, kTenUs, kTenUs + kSecondUs);
  lost.cause = Cause::kWorkerLost;
  lost.cold_start_us = 9;
  this->Record({lost});
  const UsageSums expected{.credited_gpu_milli_us = kSecondUs * 1'000, .cold_start_us = 9};
  EXPECT_TRUE(this->SumsIn(project, {kTenUs, kElevenUs}) == expected);
  EXPECT_TRUE(this->SumsIn(project, {kTenUs, kElevenUs - 1}) == expected);
  const std::vector<LedgerLine> lines = this->Lines({.project_id = project, .limit = 10});
  ASSERT_EQ(lines.size(), 2);
  EXPECT_EQ(lines[0].entry.kind, EntryKind::kGpuTime);
  EXPECT_EQ(lines[1].entry.kind, EntryKind::kCredit);
  EXPECT_TRUE(lines[0].entry.amount == FromNanos(60'000));
  EXPECT_TRUE(lines[1].entry.amount == FromNanos(-60'000));
}

TYPED_TEST_P(UsageStoreContract, AnAttemptThatLeavesNothingIsStillRecordedOnce) {
  UsageRecord lost = ARecord();
  lost.end_us = lost.start_us;
  lost.cause = Cause::kPlatform;
  EXPECT_EQ(this->Record({lost}).recorded.size(), 1);
  EXPECT_TRUE(this->Record({lost}).recorded.empty());
  for (const std::int64_t end_us : {kElevenUs, kElevenUs - 1}) {
    EXPECT_TRUE(
        this->Rows({.project_id = lost.project_id, .period = {kTenUs, end_us}, .by_hour = true})
            .empty());
  }
  EXPECT_TRUE(this->Lines({.project_id = lost.project_id, .limit = 10}).empty());
}

TYPED_TEST_P(UsageStoreContract, TimeWithoutAPriceIsCountedApart) {
  const std::string project = NewId();
  UsageRecord unknown = RecordOf(project, kTenUs, kTenUs + kSecondUs);
  unknown.gpu_type = "h100";
  this->Record({unknown, RecordOf(project, kTenUs, kTenUs + kSecondUs)});
  for (const std::int64_t end_us : {kElevenUs, kElevenUs - 1}) {
    const UsageSums sums = this->SumsIn(project, {kTenUs, end_us});
    EXPECT_TRUE(sums.gpu_milli_us == 2 * kSecondUs * 1'000);
    EXPECT_TRUE(sums.unpriced_gpu_milli_us == kSecondUs * 1'000);
    EXPECT_TRUE(sums.cost == FromNanos(60'000 + 2 * 100'000));
  }
}

TYPED_TEST_P(UsageStoreContract, GroupsAreSortedByHourEndpointAndGpuType) {
  const std::string project = NewId();
  std::vector<UsageRecord> records;
  const std::string low = "00000000-0000-7000-8000-000000000001";
  const std::string high = "f0000000-0000-7000-8000-000000000001";
  for (const char* gpu_type : {"rtx4090", "Z9", "rtx4000", "_a"}) {
    for (const std::string& endpoint : {high, low}) {
      for (const std::int64_t start_us : {kElevenUs, kTenUs}) {
        records.push_back(RecordOf(project, start_us, start_us + 1));
        records.back().gpu_type = gpu_type;
        records.back().endpoint_id = endpoint;
      }
    }
  }
  this->Record(records);
  for (const std::int64_t to_us : {kElevenUs + kHourUs, kElevenUs + 7}) {
    const std::vector<UsageRow> rows = this->Rows({.project_id = project,
                                                   .period = {kTenUs, to_us},
                                                   .by_endpoint = true,
                                                   .by_gpu_type = true,
                                                   .by_hour = true});
    ASSERT_EQ(rows.size(), 16);
    EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
      return std::tie(a.hour_us, a.endpoint_id, a.gpu_type) <
             std::tie(b.hour_us, b.endpoint_id, b.gpu_type);
    }));
    EXPECT_EQ(rows[0].hour_us, kTenUs);
    EXPECT_EQ(rows[0].endpoint_id, low);
    EXPECT_EQ(rows[0].gpu_type, "Z9");
  }
}

TYPED_TEST_P(UsageStoreContract, KeysItIsNotGroupedByAreEmpty) {
  const UsageRecord a = ARecord();
  this->Record({a});
  const auto rows =
      this->Rows({.project_id = a.project_id, .period = kAllTime, .by_gpu_type = true});
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows[0].gpu_type, "rtx4000");
  EXPECT_EQ(rows[0].endpoint_id, "");
  EXPECT_EQ(rows[0].hour_us, std::nullopt);
}

TYPED_TEST_P(UsageStoreContract, ReturnsAtMostAsManyRowsAsAskedFor) {
  const std::string project = NewId();
  std::vector<UsageRecord> records;
  for (int i = 0; i < 5; ++i) records.push_back(RecordOf(project, kTenUs, kTenUs + 1));
  this->Record(records);
  const UsageQuery query{.project_id = project, .period = kAllTime, .by_endpoint = true};
  EXPECT_EQ(this->Rows(query, 3).size(), 3);
  EXPECT_EQ(this->Rows(query, 5).size(), 5);
}

TYPED_TEST_P(UsageStoreContract, FiltersByEndpointAndJob) {
  const std::string project = NewId();
  const UsageRecord a = RecordOf(project, kTenUs, kTenUs + 5);
  UsageRecord retried = a;
  retried.key.epoch = 2;
  const UsageRecord b = RecordOf(project, kTenUs, kTenUs + 7);
  this->Record({a, retried, b});
  for (const Span period : {kAllTime, Span{kTenUs - 1, kTenUs + 100}}) {
    EXPECT_TRUE(this->Sums({.project_id = project, .period = period, .endpoint_id = b.endpoint_id})
                    .gpu_milli_us == 7'000);
    EXPECT_TRUE(this->Sums({.project_id = project, .period = period, .job_id = a.key.job_id})
                    .gpu_milli_us == 10'000);
    EXPECT_TRUE(this->Sums({.project_id = project,
                            .period = period,
                            .endpoint_id = b.endpoint_id,
                            .job_id = a.key.job_id}) == UsageSums{});
  }
  EXPECT_TRUE(
      this->Sums(
              {.project_id = project, .period = {kTenUs + 2, kTenUs + 4}, .job_id = a.key.job_id})
          .gpu_milli_us == 4'000);
}

TYPED_TEST_P(UsageStoreContract, AProjectSeesOnlyItsOwn) {
  const UsageRecord mine = ARecord();
  UsageRecord theirs = ARecord();
  theirs.endpoint_id = mine.endpoint_id;
  this->Record({mine, theirs});
  EXPECT_TRUE(this->SumsIn(mine.project_id, kAllTime).invocations == 1);
  EXPECT_TRUE(this->Sums({.project_id = mine.project_id,
                          .period = kAllTime,
                          .job_id = theirs.key.job_id}) == UsageSums{});
  EXPECT_EQ(this->Lines({.project_id = mine.project_id, .limit = 10}).size(), 2);
  EXPECT_TRUE(this->Lines({.project_id = mine.project_id, .job_id = theirs.key.job_id, .limit = 10})
                  .empty());
}

TYPED_TEST_P(UsageStoreContract, ALineShowsWhatIsCharged) {
  UsageRecord record = RecordOf(NewId(), kTenUs - 3, kTenUs + 4);
  record.milli_gpus = 2'000;
  record.key.epoch = 6;
  this->Record({record});
  const auto lines = this->Lines({.project_id = record.project_id, .limit = 10});
  ASSERT_EQ(lines.size(), 3);
  for (const LedgerLine& line : lines) {
    EXPECT_EQ(line.key, record.key);
    EXPECT_EQ(line.endpoint_id, record.endpoint_id);
    EXPECT_EQ(line.gpu_type, "rtx4000");
    EXPECT_GT(line.recorded_us, kEarliestUs);
  }
  EXPECT_EQ(lines[0].entry.span, (Span{kTenUs - 3, kTenUs}));
  EXPECT_EQ(lines[0].entry.gpu_milli_us, 6'000);
  EXPECT_EQ(lines[0].entry.price_nanos, 60'000);
  EXPECT_TRUE(lines[0].entry.amount == AttoUsd{6'000LL * 60'000});
  EXPECT_EQ(lines[1].entry.span, (Span{kTenUs, kTenUs + 4}));
  EXPECT_EQ(lines[2].entry.kind, EntryKind::kInvocation);
  EXPECT_EQ(lines[2].entry.span, (Span{kTenUs - 3, kTenUs + 4}));
  EXPECT_EQ(lines[2].entry.price_nanos, 100'000);
}

TYPED_TEST_P(UsageStoreContract, LinesArePagedByRisingId) {
  const std::string project = NewId();
  std::vector<UsageRecord> records;
  for (int i = 0; i < 4; ++i) records.push_back(RecordOf(project, kTenUs, kTenUs + 1 + i));
  this->Record({records[0], records[1]});
  this->Record({records[2], ARecord(), records[3]});
  const auto all = this->Lines({.project_id = project, .limit = 100});
  ASSERT_EQ(all.size(), 8);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_LT(all[i - 1].id, all[i].id);
  const auto page = this->Lines({.project_id = project, .after_id = all[2].id, .limit = 3});
  ASSERT_EQ(page.size(), 3);
  EXPECT_EQ(page[0].id, all[3].id);
  EXPECT_EQ(page[2].id, all[5].id);
  const auto of_job = this->Lines({.project_id = project,
                                   .job_id = records[3].key.job_id,
                                   .after_id = all[0].id,
                                   .limit = 100});
  ASSERT_EQ(of_job.size(), 2);
  EXPECT_EQ(of_job[0].key, records[3].key);
  EXPECT_TRUE(this->Lines({.project_id = project, .after_id = all[7].id, .limit = 1}).empty());
}

TYPED_TEST_P(UsageStoreContract, KeepsOddNamesAsTheyAre) {
  UsageRecord odd = ARecord();
  odd.worker_id = R"(a"b\c,{d} 'e' NULL)";
  odd.gpu_type = R"(null"\{},')";
  EXPECT_EQ(this->Record({odd}).recorded.size(), 1);
  EXPECT_TRUE(this->Record({odd}).conflicting.empty());
  const auto lines = this->Lines({.project_id = odd.project_id, .limit = 10});
  ASSERT_EQ(lines.size(), 2);
  EXPECT_EQ(lines[0].gpu_type, odd.gpu_type);
}

TYPED_TEST_P(UsageStoreContract, TakesManyOfTheLongestLeases) {
  const std::string project = NewId();
  std::vector<UsageRecord> records;
  for (int i = 0; i < 60; ++i) {
    records.push_back(RecordOf(project, kTenUs + 1 - kMaxLeaseUs, kTenUs + 1));
    records.back().milli_gpus = 16'000;
    records.back().cause = i % 2 == 0 ? Cause::kNone : Cause::kPlatform;
  }
  EXPECT_EQ(this->Record(records).recorded.size(), 60);
  const UsageSums sums = this->SumsIn(project, kAllTime);
  EXPECT_TRUE(sums.gpu_milli_us == static_cast<Int128>(30) * 16'000 * kMaxLeaseUs);
  EXPECT_TRUE(sums.credited_gpu_milli_us == sums.gpu_milli_us);
  EXPECT_EQ(this->Lines({.project_id = project, .limit = 20'000}).size(),
            30 * (193 + 1) + 30 * 2 * 193);
}

REGISTER_TYPED_TEST_SUITE_P(
    UsageStoreContract, RecordsEachKeyOnce, AKnownKeyWithOtherValuesConflictsAndChangesNothing,
    WithoutUsageTheTotalIsZeroAndThereAreNoGroups, AnEmptyPeriodInsideAnAttemptHasNoGroups,
    CutsUsageAtTheEndsOfThePeriod, ACutSegmentCostsItsPriceTimesWhatIsLeft,
    AnAttemptCountsWhenItEnds, AnAttemptOfNoLengthOnTheHourCountsInThatHour,
    LostAttemptsAreCreditedAndCostNothing, AnAttemptThatLeavesNothingIsStillRecordedOnce,
    TimeWithoutAPriceIsCountedApart, GroupsAreSortedByHourEndpointAndGpuType,
    KeysItIsNotGroupedByAreEmpty, ReturnsAtMostAsManyRowsAsAskedFor, FiltersByEndpointAndJob,
    AProjectSeesOnlyItsOwn, ALineShowsWhatIsCharged, LinesArePagedByRisingId,
    KeepsOddNamesAsTheyAre, TakesManyOfTheLongestLeases);

}  // namespace furnace::metering
