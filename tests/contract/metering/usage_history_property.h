// Whatever usage is delivered in whatever way: each attempt is in the books once,
// and every figure is exact, to the microsecond and the atto-dollar.
#pragma once

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "services/metering/app/ledger_reader.h"
#include "services/metering/app/usage_reader.h"
#include "services/metering/app/usage_recorder.h"
#include "tests/contract/metering/usage_history.h"
#include "tests/support/metering_records.h"
#include "tests/support/metering_reference.h"

namespace furnace::metering {

inline BigInt Big(Int128 value) { return BigInt(ToString(value)); }

/// `Backend` offers usage(), prices(), AddPrice() and kHistories, how many to try.
template <typename Backend>
class UsageHistoryProperty : public testing::Test {
 protected:
  void CheckHistory(std::uint64_t seed);
  void Deliver(const std::vector<UsageRecord>& records);
  void CheckQuery(const UsageQuery& query);
  void CheckLedger(UsageHistory& history, const std::string& project_id);
  void CheckChain(const std::string& project_id);
  std::vector<LedgerLine> AllLines(UsageHistory& history, const LedgerQuery& first);

  Backend backend_;
  LastTally monitor_;
  FixedClock clock_{kTenUs + kDayUs};
  UsageRecorder recorder_{backend_.usage(), backend_.prices(), monitor_, clock_};
  UsageReader reader_{backend_.usage(), backend_.prices(), clock_};
  LedgerReader ledger_{backend_.ledger()};
  std::optional<Reference> reference_;
};
TYPED_TEST_SUITE_P(UsageHistoryProperty);

template <typename Backend>
void UsageHistoryProperty<Backend>::Deliver(const std::vector<UsageRecord>& records) {
  const bool refused = std::any_of(records.begin(), records.end(), [](const UsageRecord& r) {
    return AttemptOf(r.key.epoch) == 0;
  });
  const absl::StatusOr<int> recorded = recorder_.Record(records);
  ASSERT_EQ(recorded.ok(), !refused) << recorded.status();
  if (refused) return;
  const auto added = std::count_if(records.begin(), records.end(),
                                   [&](const UsageRecord& r) { return reference_->Add(r); });
  ASSERT_EQ(*recorded, added);
}

inline void ExpectEqual(const UsageSums& sums, const ReferenceSums& expected) {
  EXPECT_EQ(Big(sums.gpu_milli_us), expected.gpu_milli_us);
  EXPECT_EQ(Big(sums.credited_gpu_milli_us), expected.credited_gpu_milli_us);
  EXPECT_EQ(Big(sums.unpriced_gpu_milli_us), expected.unpriced_gpu_milli_us);
  EXPECT_EQ(Big(sums.invocations), expected.invocations);
  EXPECT_EQ(Big(sums.cold_start_us), expected.cold_start_us);
  EXPECT_EQ(Big(sums.covered_gpu_milli_us), expected.covered_gpu_milli_us);
  EXPECT_EQ(Big(sums.byte_us), expected.byte_us);
  EXPECT_EQ(Big(sums.cost.value), expected.cost_atto);
  EXPECT_EQ(BigInt(*ToNanos(sums.cost)), RoundToNanos(expected.cost_atto));
}

template <typename Backend>
void UsageHistoryProperty<Backend>::CheckQuery(const UsageQuery& query) {
  const auto report = reader_.Report(query, query.period.start_us, query.period.end_us);
  ASSERT_TRUE(report.ok()) << report.status();
  std::map<Reference::GroupKey, ReferenceSums> expected = reference_->Sum(query);
  if (!query.by_hour && !query.by_endpoint && !query.by_gpu_type) expected[{}];
  ASSERT_EQ(report->rows.size(), expected.size());
  auto group = expected.begin();
  for (const UsageRow& row : report->rows) {
    EXPECT_EQ(std::tie(row.hour_us, row.endpoint_id, row.gpu_type), group->first);
    ExpectEqual(row.sums, group->second);
    ++group;
  }
  UsageQuery ungrouped = query;
  ungrouped.by_hour = ungrouped.by_endpoint = ungrouped.by_gpu_type = false;
  ExpectEqual(report->total, reference_->Sum(ungrouped)[{}]);
}

template <typename Backend>
std::vector<LedgerLine> UsageHistoryProperty<Backend>::AllLines(UsageHistory& history,
                                                                const LedgerQuery& first) {
  std::vector<LedgerLine> all;
  LedgerQuery query = first;
  while (true) {
    query.limit = static_cast<int>(history.Pick(1, 100));
    const auto page = reader_.ListLines(query);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok() || page->empty()) return all;
    all.insert(all.end(), page->begin(), page->end());
    query.after_id = all.back().id;
  }
}

template <typename Backend>
void UsageHistoryProperty<Backend>::CheckLedger(UsageHistory& history,
                                                const std::string& project_id) {
  BigInt owed;
  BigInt metered;
  BigInt taken_back;
  std::map<std::string, BigInt> owed_by_job;
  for (const LedgerLine& line : AllLines(history, {.project_id = project_id})) {
    const BigInt amount = Big(line.entry.amount.value);
    owed += amount;
    owed_by_job[line.key.job_id] += amount;
    (line.entry.kind == EntryKind::kCredit ? taken_back : metered) += line.entry.gpu_milli_us;
  }
  // Sum of lease time = sum of metered time = sum of billed, covered and credited time.
  EXPECT_EQ(metered, reference_->LeasedGpuMilliUs(project_id));
  UsageQuery query{.project_id = project_id, .period = {kTenUs - kDayUs, kTenUs + kDayUs}};
  const ReferenceSums expected = reference_->Sum(query)[{}];
  EXPECT_EQ(metered - taken_back, expected.gpu_milli_us + expected.covered_gpu_milli_us);
  EXPECT_EQ(taken_back, expected.credited_gpu_milli_us);
  EXPECT_EQ(owed, expected.cost_atto);
  for (const auto& [job_id, amount] : owed_by_job) {
    query.job_id = job_id;
    EXPECT_EQ(amount, reference_->Sum(query)[{}].cost_atto) << job_id;
  }
}

// What is chained agrees with the records, and its sums with what is owed.
template <typename Backend>
void UsageHistoryProperty<Backend>::CheckChain(const std::string& project_id) {
  std::int64_t records = 0;
  AuditReport report;
  while (!report.complete) {
    const auto next = ledger_.Audit(project_id, {0, kTenUs + kDayUs + 1}, report.last.number);
    ASSERT_TRUE(next.ok()) << next.status();
    report = *next;
    records += report.records;
    for (const Difference& difference : report.differences) {
      ADD_FAILURE() << difference.transaction << ": " << difference.what;
    }
  }
  EXPECT_EQ(records, reference_->RecordsOf(project_id));
  const auto transactions = backend_.ledger().Transactions(project_id, 0, 1'000'000);
  ASSERT_TRUE(transactions.ok()) << transactions.status();
  BigInt owed;
  for (const ChainedTransaction& chained : *transactions) {
    for (const LedgerEntry& entry : chained.transaction.entries) {
      if (entry.account == Account::kCustomer) owed += Big(entry.amount.value);
    }
  }
  UsageQuery query{.project_id = project_id, .period = {kTenUs - kDayUs, kTenUs + kDayUs}};
  EXPECT_EQ(owed, reference_->Sum(query)[{}].cost_atto);
}

template <typename Backend>
void UsageHistoryProperty<Backend>::CheckHistory(std::uint64_t seed) {
  std::vector<Price> prices = DefaultPrices();
  for (const Price& price : UsageHistory::ExtraPrices()) prices.push_back(price);
  reference_.emplace(prices);
  UsageHistory history(seed);
  for (const std::vector<UsageRecord>& call : history.MakeCalls()) {
    ASSERT_NO_FATAL_FAILURE(Deliver(call));
    if (history.Pick(0, 9) != 0) continue;
    ASSERT_NO_FATAL_FAILURE(CheckQuery(history.MakeQuery()));
  }
  for (int i = 0; i < 40; ++i) ASSERT_NO_FATAL_FAILURE(CheckQuery(history.MakeQuery()));
  for (const std::string& project_id : history.projects()) {
    CheckLedger(history, project_id);
    CheckChain(project_id);
  }
}

/// FURNACE_TEST_SEED, or one of chance.
inline std::uint64_t FirstSeed() {
  const char* const given = std::getenv("FURNACE_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

TYPED_TEST_P(UsageHistoryProperty, EveryFigureIsExact) {
  for (const Price& price : UsageHistory::ExtraPrices()) this->backend_.AddPrice(price);
  spdlog::set_level(spdlog::level::err);  // Histories are full of conflicts.
  const std::uint64_t first = FirstSeed();
  std::cout << "to repeat: FURNACE_TEST_SEED=" << first << std::endl;
  for (std::uint64_t seed = first; seed < first + TypeParam::kHistories; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    this->CheckHistory(seed);
    if (this->HasFailure()) return;
  }
}

REGISTER_TYPED_TEST_SUITE_P(UsageHistoryProperty, EveryFigureIsExact);

}  // namespace furnace::metering
