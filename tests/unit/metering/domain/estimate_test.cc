#include "services/metering/domain/estimate.h"

#include <gtest/gtest.h>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

const PriceList kPrices{DefaultPrices()};
constexpr std::int64_t kInvocationNanos = 100'000;

Durations Known(const std::string& gpu_type, std::int64_t milli_gpus = 1'000) {
  return {.gpu_type = gpu_type,
          .milli_gpus = milli_gpus,
          .attempts = 7,
          .p50_us = 2 * kSecondUs,
          .p90_us = 5 * kSecondUs};
}

std::vector<EstimateRow> Rows(const EstimateQuery& query, const std::vector<Durations>& history) {
  const auto rows = Estimate(query, history, kPrices, kTenUs);
  EXPECT_TRUE(rows.ok()) << rows.status();
  return rows.ok() ? *rows : std::vector<EstimateRow>{};
}

TEST(EstimateTest, WhatIsGivenCostsItsPrice) {
  const auto rows = Rows(
      {.gpu_types = {"rtx4000"}, .milli_gpus = 250, .execution_us = 10 * kSecondUs, .jobs = 3}, {});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(rows[0].priced);
  EXPECT_EQ(rows[0].low, FromNanos(3 * (60'000 * 10 / 4 + kInvocationNanos)));
  EXPECT_EQ(rows[0].high, rows[0].low);
  EXPECT_EQ(rows[0].durations.attempts, 0);
}

TEST(EstimateTest, HistoryTellsTypesSizesAndTimes) {
  const auto rows = Rows({}, {Known("rtx4000"), Known("rtx4090", 2'000)});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].low, FromNanos(2 * 60'000 + kInvocationNanos));
  EXPECT_EQ(rows[0].high, FromNanos(5 * 60'000 + kInvocationNanos));
  EXPECT_EQ(rows[1].high, FromNanos(2 * 5 * 120'000 + kInvocationNanos));
  EXPECT_EQ(rows[1].durations.attempts, 7);
}

TEST(EstimateTest, WhatIsGivenPrecedesHistory) {
  const auto rows = Rows({.gpu_types = {"rtx4090"}, .execution_us = kSecondUs},
                         {Known("rtx4000"), Known("rtx4090")});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].low, FromNanos(120'000 + kInvocationNanos));
  EXPECT_EQ(rows[0].durations.attempts, 0);
  EXPECT_EQ(Rows({.milli_gpus = 500}, {Known("rtx4000"), Known("rtx4000", 500)}).size(), 1U);
}

TEST(EstimateTest, CoveredTimeCostsTheInvocationOnly) {
  Durations covered = Known("rtx4000");
  covered.covered = true;
  EXPECT_EQ(Rows({.jobs = 2}, {covered})[0].high, FromNanos(2 * kInvocationNanos));
}

TEST(EstimateTest, WithoutAPriceThereIsNoCost) {
  const auto rows = Rows({.gpu_types = {"unknown"}, .execution_us = 1}, {});
  EXPECT_FALSE(rows[0].priced);
  EXPECT_EQ(rows[0].high, AttoUsd{});
}

TEST(EstimateTest, TheLargestIsExact) {
  const auto rows = Rows({.gpu_types = {"rtx4090"},
                          .milli_gpus = kMaxGpus * 1'000,
                          .execution_us = kMaxLeaseUs,
                          .jobs = kMaxEstimatedJobs},
                         {});
  EXPECT_EQ(rows[0].low, FromNanos(kMaxEstimatedJobs *
                                   (kMaxLeaseUs / kSecondUs * 16 * 120'000 + kInvocationNanos)));
}

TEST(EstimateTest, SaysWhatIsMissing) {
  const auto message = [](const EstimateQuery& query, const std::vector<Durations>& history) {
    const auto rows = Estimate(query, history, kPrices, kTenUs);
    EXPECT_EQ(rows.status().code(), absl::StatusCode::kFailedPrecondition);
    return std::string(rows.status().message());
  };
  EXPECT_EQ(message({.execution_us = 1}, {}), "gpu_types: not given, and not known from past jobs");
  EXPECT_EQ(message({.gpu_types = {"rtx4000"}}, {}),
            "execution_us: not given, and not known from past jobs");
  EXPECT_EQ(message({.gpu_types = {"rtx4000", "rtx4090"}}, {Known("rtx4090")}),
            "execution_us: not given, and not known from past jobs");
}

}  // namespace
}  // namespace furnace::metering
