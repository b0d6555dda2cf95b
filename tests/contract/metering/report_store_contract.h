// What every ReportStore must do, on top of a UsageStore.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/metering/app/report_ports.h"
#include "tests/contract/metering/usage_store_contract.h"

namespace furnace::metering {

/// `Backend` offers usage() and reports().
template <typename Backend>
class ReportStoreContract : public testing::Test {
 protected:
  void Record(const std::vector<UsageRecord>& records) {
    const auto outcome = backend_.usage().Record(DefaultBills(records), kTenUs);
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    ASSERT_EQ(outcome->recorded.size(), records.size());
  }

  CostPage Costs(CostQuery query, std::int64_t offset = 0, int limit = 100) {
    query.project_id = project_;
    if (query.period == Span{}) query.period = kAllTime;
    const absl::StatusOr<CostPage> page = backend_.reports().Costs(query, offset, limit);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? *page : CostPage{};
  }

  // Of what hourly sums can answer.
  void ExpectTheSameFromRecords(CostQuery query) {
    ASSERT_FALSE(NeedsRecords(query));
    const CostPage from_hours = Costs(query);
    query.count_jobs = true;
    CostPage from_records = Costs(query);
    from_records.total.jobs = 0;
    for (CostRow& row : from_records.rows) row.jobs = 0;
    EXPECT_TRUE(from_hours.rows == from_records.rows);
    EXPECT_TRUE(from_hours.total == from_records.total);
    EXPECT_FALSE(from_hours.rows.empty());
  }

  std::vector<Durations> DurationsSince(std::int64_t since_us) {
    const auto durations = backend_.reports().DurationsOf(project_, endpoint_, since_us);
    EXPECT_TRUE(durations.ok()) << durations.status();
    return durations.ok() ? *durations : std::vector<Durations>{};
  }

  // A record of the project during [start_us, end_us).
  UsageRecord Of(std::int64_t start_us, std::int64_t end_us) {
    UsageRecord record = RecordOf(project_, start_us, end_us);
    record.endpoint_id = endpoint_;
    return record;
  }

  // Of each kind something, over several hours, with everything that can be grouped by.
  std::vector<UsageRecord> Varied() {
    std::vector<UsageRecord> records;
    for (int i = 0; i < 24; ++i) {
      UsageRecord record = Of(kTenUs + i * 20 * kMinuteUs, kTenUs + (i + 1) * 21 * kMinuteUs + i);
      record.gpu_type = i % 3 == 0 ? "rtx4090" : i % 5 == 0 ? "unknown" : "rtx4000";
      record.milli_gpus = 250 * (1 + i % 4);
      record.worker_id = i % 2 == 0 ? "w-a" : "w-b";
      record.key.epoch = 1 + i % 2;
      record.cold_start_us = i;
      if (i % 2 == 0) record.endpoint_id = other_;
      if (i % 4 == 0) record.tags = {{"team", i % 8 == 0 ? "red" : "blue"}, {"team2", "x"}};
      if (i % 6 == 1) record.cause = Cause::kWorkerLost;
      if (i % 6 == 2) record.kind = UsageKind::kWorker;
      if (i % 6 == 3) record.covered = record.warm = true;
      if (i % 12 == 4) {
        record.kind = UsageKind::kPart;
        record.key.epoch = EpochOf(1, 1);
      }
      if (i % 12 == 10) {
        record.kind = UsageKind::kRefund;
        record.key.epoch = EpochOf(1, 3);
        record.cause = Cause::kPlatform;
        record.cold_start_us = 0;
      }
      if (IsOfAttempt(record.kind) && i % 4 < 2) record.api_key_id = i % 4 == 0 ? key_ : other_key_;
      if (record.kind == UsageKind::kAttempt && i % 5 < 3) record.tokens = kMaxTokens - i;
      records.push_back(record);
    }
    UsageRecord stored = Of(kTenUs + 7, kElevenUs + 1'234'567);
    stored.kind = UsageKind::kStorage;
    stored.gpu_type = stored.worker_id = "";
    stored.milli_gpus = 0;
    stored.bytes = 12'345'678'901;
    records.push_back(stored);
    return records;
  }

  Backend backend_;
  const std::string project_ = NewId();
  const std::string endpoint_ = NewId();
  const std::string other_ = NewId();
  const std::string key_ = NewId();
  const std::string other_key_ = NewId();
};
TYPED_TEST_SUITE_P(ReportStoreContract);

TYPED_TEST_P(ReportStoreContract, WithoutUsageTheTotalIsZeroAndThereAreNoGroups) {
  for (const bool count_jobs : {false, true}) {
    const CostPage page = this->Costs({.count_jobs = count_jobs});
    EXPECT_TRUE(page.rows.empty());
    EXPECT_TRUE(page.total == CostRow{});
  }
}

TYPED_TEST_P(ReportStoreContract, HourlySumsAndRecordsTellTheSame) {
  this->Record(this->Varied());
  const Span middle = {kElevenUs, kElevenUs + 3 * kHourUs};
  for (const Span period : {kAllTime, middle}) {
    for (const TimeUnit unit :
         {TimeUnit::kNone, TimeUnit::kHour, TimeUnit::kDay, TimeUnit::kMonth}) {
      CostQuery query{.period = period, .by_time = unit, .by_endpoint = true, .by_gpu_type = true};
      this->ExpectTheSameFromRecords(query);
      query.by_api_key = true;
      this->ExpectTheSameFromRecords(query);
      query = {.period = period, .by_time = unit, .api_key_id = this->key_};
      this->ExpectTheSameFromRecords(query);
    }
  }
}

TYPED_TEST_P(ReportStoreContract, EveryGroupingSumsUpToTheTotalOfUsage) {
  this->Record(this->Varied());
  const auto usage =
      this->backend_.usage().Sum({.project_id = this->project_, .period = kAllTime}, 1);
  ASSERT_TRUE(usage.ok());
  const std::vector<CostQuery> queries = {
      {.by_kind = true},
      {.by_worker = true},
      {.by_job = true},
      {.by_tag = "team"},
      {.by_time = TimeUnit::kDay, .by_kind = true, .by_worker = true},
      {.by_gpu_type = true},
      {.by_api_key = true},
      {.by_api_key = true, .by_kind = true},
      {.by_tag = "none such"},
      {.count_jobs = true},
  };
  for (const CostQuery& query : queries) {
    const CostPage page = this->Costs(query);
    CostRow sum;
    for (const CostRow& row : page.rows) {
      const absl::StatusOr<UsageSums> sums = Add(sum.sums, row.sums);
      ASSERT_TRUE(sums.ok());
      sum.sums = *sums;
      sum.jobs += row.jobs;
    }
    EXPECT_TRUE(sum == page.total);
    UsageSums but_tokens = page.total.sums;
    but_tokens.tokens = 0;
    EXPECT_TRUE(but_tokens == usage->front().sums);
  }
}

TYPED_TEST_P(ReportStoreContract, GroupsBySortedKeysOfRecords) {
  UsageRecord red = this->Of(kTenUs, kTenUs + kSecondUs);
  red.tags = {{"team", "red"}};
  UsageRecord none = this->Of(kTenUs, kTenUs + 2 * kSecondUs);
  none.worker_id = "w-9";
  UsageRecord empty = none;
  empty.key.job_id = NewId();
  empty.tags = {{"steam", "x"}, {"team", ""}};
  this->Record({red, none, empty});

  const CostPage by_tag = this->Costs({.by_tag = "team"});
  ASSERT_EQ(by_tag.rows.size(), 2);
  EXPECT_EQ(by_tag.rows[0].tag_value, "");
  EXPECT_TRUE(by_tag.rows[0].sums.invocations == 2);
  EXPECT_EQ(by_tag.rows[1].tag_value, "red");
  const CostPage by_worker = this->Costs({.by_kind = true, .by_worker = true});
  ASSERT_EQ(by_worker.rows.size(), 2);
  EXPECT_EQ(by_worker.rows[0].kind, UsageKind::kAttempt);
  EXPECT_LT(by_worker.rows[0].worker_id, by_worker.rows[1].worker_id);
  EXPECT_EQ(this->Costs({.by_job = true}).rows.size(), 3);
}

TYPED_TEST_P(ReportStoreContract, FiltersByEverything) {
  this->Record(this->Varied());
  const auto rows = [&](CostQuery query) {
    query.by_job = true;
    return this->Costs(query).rows.size();
  };
  EXPECT_EQ(rows({}), 25);
  EXPECT_EQ(rows({.endpoint_id = this->other_}), 12);
  EXPECT_EQ(rows({.gpu_type = "rtx4090"}), 8);
  EXPECT_EQ(rows({.kind = UsageKind::kStorage}), 1);
  EXPECT_EQ(rows({.kind = UsageKind::kWorker}), 4);
  EXPECT_EQ(rows({.worker_id = "w-b"}), 12);
  EXPECT_EQ(rows({.api_key_id = this->key_}), 4);
  EXPECT_EQ(rows({.api_key_id = NewId()}), 0);
  EXPECT_EQ(rows({.tagged = "team=red"}), 3);
  EXPECT_EQ(rows({.tagged = "team=re"}), 0);
  EXPECT_EQ(rows({.tagged = "eam=red"}), 0);
  EXPECT_EQ(rows({.endpoint_id = this->other_, .tagged = "team=blue"}), 3);
}

TYPED_TEST_P(ReportStoreContract, TokensOfAKeyAreThoseOfItsInvocationsWhereTheyEnd) {
  UsageRecord part = this->Of(kTenUs, kElevenUs);
  part.kind = UsageKind::kPart;
  part.key.epoch = EpochOf(1, 1);
  part.api_key_id = this->key_;
  UsageRecord end = this->Of(kElevenUs, kElevenUs + kSecondUs);
  end.key = {part.key.job_id, EpochOf(1, 2)};
  end.api_key_id = this->key_;
  end.tokens = 700;
  UsageRecord again = this->Of(kElevenUs, kElevenUs);
  again.api_key_id = this->key_;
  again.tokens = 5;
  UsageRecord lost = again;
  lost.key.job_id = NewId();
  lost.cause = Cause::kWorkerLost;
  UsageRecord none = this->Of(kTenUs, kTenUs + kSecondUs);
  none.tokens = 11;
  this->Record({part, end, again, lost, none});
  for (const bool from_records : {false, true}) {
    const CostPage page =
        this->Costs({.by_time = TimeUnit::kHour, .by_api_key = true, .count_jobs = from_records});
    ASSERT_EQ(page.rows.size(), 3);
    EXPECT_EQ(page.rows[0].api_key_id, "");
    EXPECT_TRUE(page.rows[0].sums.tokens == 11);
    EXPECT_EQ(page.rows[1].api_key_id, this->key_);
    EXPECT_TRUE(page.rows[1].sums.tokens == 0);
    EXPECT_EQ(page.rows[2].api_key_id, this->key_);
    EXPECT_TRUE(page.rows[2].sums.tokens == 705);
    EXPECT_TRUE(page.total.sums.tokens == 716);
    EXPECT_EQ(page.total.api_key_id, "");
  }
}

TYPED_TEST_P(ReportStoreContract, UsageOfSeveralApiKeysIsSummedAsIfItHadNone) {
  std::vector<UsageRecord> records;
  for (int i = 0; i < 6; ++i) {
    records.push_back(this->Of(kTenUs + i, kElevenUs + 100 + i));
    records.back().api_key_id = i % 3 == 0 ? "" : i % 3 == 1 ? this->key_ : this->other_key_;
  }
  this->Record(records);
  for (const std::int64_t within_us : {kHourUs, std::int64_t{50}}) {
    const auto rows = this->backend_.usage().Sum({.project_id = this->project_,
                                                  .period = {kTenUs, kElevenUs + within_us},
                                                  .by_endpoint = true,
                                                  .by_gpu_type = true,
                                                  .by_hour = true},
                                                 10);
    ASSERT_TRUE(rows.ok()) << rows.status();
    ASSERT_EQ(rows->size(), 2) << "a row for each hour";
    EXPECT_TRUE(rows->at(0).sums.gpu_milli_us == (6 * kHourUs - 15) * 1'000);
    EXPECT_TRUE(rows->at(1).sums.gpu_milli_us == (within_us == 50 ? 300 : 615) * 1'000);
  }
}

TYPED_TEST_P(ReportStoreContract, CountsAJobWhereItsFirstAttemptEnds) {
  UsageRecord first = this->Of(kTenUs, kTenUs + 5);
  first.cause = Cause::kWorkerLost;
  UsageRecord second = this->Of(kElevenUs, kElevenUs + 5);
  second.key = {first.key.job_id, 2};
  this->Record({first, second, this->Of(kElevenUs, kElevenUs + 5)});
  const CostPage page = this->Costs({.by_time = TimeUnit::kHour, .count_jobs = true});
  ASSERT_EQ(page.rows.size(), 2);
  EXPECT_TRUE(page.rows[0].jobs == 1 && page.rows[0].sums.invocations == 0);
  EXPECT_TRUE(page.rows[1].jobs == 1 && page.rows[1].sums.invocations == 2);
  EXPECT_TRUE(page.total.jobs == 2);
}

TYPED_TEST_P(ReportStoreContract, PartsCountWithTheirAttempts) {
  UsageRecord part = this->Of(kTenUs, kElevenUs);
  part.kind = UsageKind::kPart;
  part.key.epoch = EpochOf(1, 1);
  UsageRecord end = this->Of(kElevenUs, kElevenUs + 10 * kSecondUs);
  end.key = {part.key.job_id, EpochOf(1, 2)};
  UsageRecord lost = part;
  lost.key.job_id = NewId();
  UsageRecord refund = lost;
  refund.kind = UsageKind::kRefund;
  refund.key.epoch = EpochOf(1, 3);
  refund.cause = Cause::kWorkerLost;
  this->Record({part, end, lost, refund});
  const CostPage page = this->Costs({.by_kind = true, .by_job = true, .count_jobs = true});
  ASSERT_EQ(page.rows.size(), 2);
  for (const CostRow& row : page.rows) EXPECT_EQ(row.kind, UsageKind::kAttempt);
  EXPECT_TRUE(page.total.jobs == 1);
  EXPECT_TRUE(page.total.sums.invocations == 1);
  EXPECT_TRUE(page.total.sums.gpu_milli_us == (kHourUs + 10 * kSecondUs) * part.milli_gpus);
  EXPECT_TRUE(page.total.sums.credited_gpu_milli_us == kHourUs * part.milli_gpus);
  EXPECT_TRUE(this->Costs({.by_job = true, .kind = UsageKind::kAttempt}).total.sums ==
              page.total.sums);
  const std::vector<Durations> durations = this->DurationsSince(kTenUs);
  ASSERT_EQ(durations.size(), 1);
  EXPECT_EQ(durations[0].attempts, 1);
  EXPECT_EQ(durations[0].p50_us, kHourUs + 10 * kSecondUs) << "the attempt is one";
}

TYPED_TEST_P(ReportStoreContract, PagesAndPutsTheDearestFirst) {
  this->Record(this->Varied());
  const CostQuery query{.by_job = true, .dearest_first = true};
  const CostPage all = this->Costs(query);
  for (std::size_t i = 1; i < all.rows.size(); ++i) {
    EXPECT_TRUE(all.rows[i - 1].sums.cost.value >= all.rows[i].sums.cost.value);
  }
  std::vector<CostRow> paged;
  for (int offset = 0; offset < 30; offset += 7) {
    const CostPage page = this->Costs(query, offset, 7);
    EXPECT_TRUE(page.total == all.total);
    paged.insert(paged.end(), page.rows.begin(), page.rows.end());
  }
  EXPECT_TRUE(paged == all.rows);
}

TYPED_TEST_P(ReportStoreContract, AProjectSeesOnlyItsOwn) {
  this->Record({this->Of(kTenUs, kElevenUs)});
  for (const bool count_jobs : {false, true}) {
    const absl::StatusOr<CostPage> page = this->backend_.reports().Costs(
        {.project_id = NewId(), .period = kAllTime, .by_endpoint = true, .count_jobs = count_jobs},
        0, 10);
    ASSERT_TRUE(page.ok());
    EXPECT_TRUE(page->rows.empty());
    EXPECT_TRUE(page->total == CostRow{});
  }
  const auto foreign = this->backend_.reports().DurationsOf(NewId(), this->endpoint_, 0);
  ASSERT_TRUE(foreign.ok());
  EXPECT_TRUE(foreign->empty());
}

TYPED_TEST_P(ReportStoreContract, DurationsAreThoseOfSuccessfulAttempts) {
  std::vector<UsageRecord> records;
  for (int i = 1; i <= 10; ++i) records.push_back(this->Of(kTenUs, kTenUs + i * kSecondUs));
  UsageRecord covered = this->Of(kTenUs, kTenUs + 7);
  covered.covered = covered.warm = true;
  UsageRecord failed = this->Of(kTenUs, kElevenUs);
  failed.cause = Cause::kHandlerError;
  UsageRecord worker = this->Of(kTenUs, kElevenUs);
  worker.kind = UsageKind::kWorker;
  UsageRecord elsewhere = this->Of(kTenUs, kElevenUs);
  elsewhere.endpoint_id = this->other_;
  records.insert(records.end(), {covered, failed, worker, elsewhere, this->Of(kTenUs, kTenUs)});
  this->Record(records);

  const std::vector<Durations> expected = {{.gpu_type = "rtx4000",
                                            .milli_gpus = 1'000,
                                            .attempts = 10,
                                            .p50_us = 5 * kSecondUs,
                                            .p90_us = 9 * kSecondUs},
                                           {.gpu_type = "rtx4000",
                                            .milli_gpus = 1'000,
                                            .covered = true,
                                            .attempts = 1,
                                            .p50_us = 7,
                                            .p90_us = 7}};
  EXPECT_TRUE(this->DurationsSince(kTenUs) == expected);
  EXPECT_TRUE(this->DurationsSince(kElevenUs).empty());
}

REGISTER_TYPED_TEST_SUITE_P(ReportStoreContract, WithoutUsageTheTotalIsZeroAndThereAreNoGroups,
                            HourlySumsAndRecordsTellTheSame, EveryGroupingSumsUpToTheTotalOfUsage,
                            GroupsBySortedKeysOfRecords, FiltersByEverything,
                            TokensOfAKeyAreThoseOfItsInvocationsWhereTheyEnd,
                            UsageOfSeveralApiKeysIsSummedAsIfItHadNone,
                            CountsAJobWhereItsFirstAttemptEnds, PartsCountWithTheirAttempts,
                            PagesAndPutsTheDearestFirst, AProjectSeesOnlyItsOwn,
                            DurationsAreThoseOfSuccessfulAttempts);

}  // namespace furnace::metering
