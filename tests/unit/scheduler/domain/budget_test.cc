#include "services/scheduler/domain/budget.h"

#include <gtest/gtest.h>

#include <numeric>

namespace furnace::scheduler {
namespace {

const absl::Time kT = absl::FromUnixSeconds(1'700'000'000);
constexpr std::int64_t kMost = 9'000'000'000'000'000;

Budget ABudget(std::int64_t limit, std::int64_t spent = 0) {
  return {.id = "b",
          .project_id = "p",
          .name = "monthly",
          .limit = limit,
          .spent = spent,
          .window_start = kT};
}

TEST(CostOf, IsRoundedUpAndExactForLongAttempts) {
  struct Case {
    std::int64_t fixed;
    std::int64_t gpu_second;
    int gpus;
    absl::Duration time;
    std::int64_t cost;
  };
  for (const Case& c : std::vector<Case>{
           {0, 60'000, 1, absl::ZeroDuration(), 0},
           {100'000, 60'000, 1, absl::ZeroDuration(), 100'000},
           {0, 60'000, 1, absl::Seconds(15), 900'000},
           {0, 60'000, 4, absl::Milliseconds(1), 240},
           {0, 60'000, 1, absl::Microseconds(1), 1},
           {0, 1'000'000, 16, absl::Hours(24 * 8), 16LL * 8 * 86'400 * 1'000'000},
           {0, 1'000'000'000, 16, absl::Hours(24 * 8), 16LL * 8 * 86'400 * 1'000'000'000},
           {0, 60'000, 1, -absl::Seconds(1), 0},
       }) {
    EXPECT_EQ(CostOf(c.fixed, c.gpu_second, c.gpus, kT, kT + c.time), c.cost) << c.cost;
  }
}

TEST(ShareOut, GivesAllThatTheLimitLeavesAndMostToThoseThatWantIt) {
  const std::vector<BudgetShare> shares = {
      {0, {kT, 0, 300, 50}, true}, {1, {kT, 100, 0, 0}, false}, {2, {kT, 0, 0, 0}, true}};
  const std::vector<std::int64_t> left = ShareOut(ABudget(1000, 320), shares);
  EXPECT_EQ(left, (std::vector<std::int64_t>{160, 10, 160}));
  EXPECT_EQ(FreeOf(ABudget(1000, 320), shares), 230);
}

TEST(ShareOut, GivesNothingBeyondTheLimit) {
  const std::vector<BudgetShare> shares = {{0, {kT, 10, 300, 50}, true}, {1, {}, false}};
  EXPECT_EQ(ShareOut(ABudget(1000, 700), shares), (std::vector<std::int64_t>{0, 0}));
  EXPECT_LT(FreeOf(ABudget(1000, 700), shares), 0);
}

TEST(ShareOut, PutsTogetherWhatIsTooLittleInPartsForALease) {
  std::vector<BudgetShare> shares = {
      {0, {kT, 0, 0, 0}, true, 200}, {1, {kT, 0, 0, 0}, true, 80}, {2, {kT, 0, 0, 0}, true, 80}};
  EXPECT_EQ(ShareOut(ABudget(90), shares), (std::vector<std::int64_t>{3, 83, 3}));
  EXPECT_EQ(ShareOut(ABudget(60), shares), (std::vector<std::int64_t>{20, 20, 20}));
  shares[2].lease = 30;
  EXPECT_EQ(ShareOut(ABudget(90), shares), (std::vector<std::int64_t>{30, 30, 30}))
      << "one of them can start";
}

TEST(ShareOut, CountsNothingOfEarlierWindows) {
  const std::vector<BudgetShare> shares = {{0, {kT - absl::Hours(1), 10, 300, 50}, true}};
  EXPECT_EQ(ShareOut(ABudget(1000), shares), (std::vector<std::int64_t>{1000}));
  EXPECT_EQ(FreeOf(ABudget(1000), shares), 1000);
}

TEST(ShareOut, NeverGivesMoreThanThereIsOfTheLargestBudget) {
  std::vector<BudgetShare> shares;
  for (int shard = 0; shard < 256; ++shard) {
    shares.push_back({shard, {kT, -5 * shard, shard, shard}, shard % 3 == 0});
  }
  const std::vector<std::int64_t> left = ShareOut(ABudget(kMost), shares);
  const std::int64_t sum = std::accumulate(left.begin(), left.end(), std::int64_t{0});
  EXPECT_LE(sum, kMost - 2 * 255 * 128);
  EXPECT_GT(sum, kMost - 2 * 255 * 128 - 256);
}

TEST(SettlePart, MovesWhatAPartCostsFromTheHoldToWhatIsPending) {
  struct Case {
    const char* name;
    std::int64_t held;  // By the lease, in the window of `hold`.
    absl::Time hold;
    absl::Duration start;  // After kT, the account's window, as the next one.
    absl::Duration end;
    std::int64_t cost;
    BudgetAccount after;  // Of 1,000 left.
  };
  const absl::Time old = kT - absl::Hours(1);
  for (const Case& c : std::vector<Case>{
           {"held", 150, kT, absl::ZeroDuration(), absl::Seconds(10), 100, {kT, 1000, 50, 100}},
           {"not all held",
            60,
            kT,
            absl::ZeroDuration(),
            absl::Seconds(10),
            100,
            {kT, 960, 0, 100}},
           {"held before",
            150,
            old,
            absl::ZeroDuration(),
            absl::Seconds(10),
            100,
            {kT, 900, 0, 100}},
           {"begun before", 150, kT, -absl::Hours(1), absl::Seconds(3), 30, {kT, 1000, 120, 30}},
           {"all before", 150, old, -absl::Hours(2), -absl::Hours(1), 0, {kT, 1000, 0, 0}},
       }) {
    BudgetHold hold{
        .budget_id = "b", .fixed = 5, .gpu_second = 10, .window = c.hold, .amount = c.held};
    BudgetAccount account{kT, 1000, c.hold == kT ? c.held : 0, 0};
    EXPECT_EQ(SettlePart(1, kT + c.start, kT + c.end, account, hold), c.cost) << c.name;
    EXPECT_EQ(account, c.after) << c.name;
    EXPECT_EQ(hold.amount, account.held) << c.name;
    EXPECT_EQ(hold.window, kT) << c.name;
  }
}

TEST(LaterWindow, IsTheOneThatATimeLiesIn) {
  const BudgetAccount account{.window = kT};
  const absl::Duration hour = absl::Hours(1);
  EXPECT_EQ(LaterWindow(account, kT + hour, kT + hour - absl::Microseconds(1)), std::nullopt);
  EXPECT_EQ(LaterWindow(account, kT + hour, kT + hour), kT + hour);
  EXPECT_EQ(LaterWindow(account, kT + hour, kT + 2.5 * hour), kT + 2 * hour);
  EXPECT_EQ(LaterWindow(account, absl::InfiniteFuture(), kT + 9 * hour), std::nullopt);
  EXPECT_EQ(LaterWindow(account, kT, kT + hour), std::nullopt);
}

TEST(EncodeBudget, ComesBackWithoutLimitAndWindow) {
  Budget budget = ABudget(0);
  budget.window_start = absl::UnixEpoch();
  EXPECT_EQ(DecodeBudget("b", EncodeBudget(budget)), budget);
  budget.endpoint_id = "e";
  budget.unit = BudgetUnit::kGpuTimeUs;
  budget.window_end = kT;
  EXPECT_EQ(DecodeBudget("b", EncodeBudget(budget)), budget);
  budget.api_key_id = "k";
  EXPECT_EQ(DecodeBudget("b", EncodeBudget(budget)), budget);
  budget.endpoint_id.clear();
  EXPECT_EQ(DecodeBudget("b", EncodeBudget(budget)), budget);
}

TEST(AmountOf, OfAQuotaItIsTheGpusAndNothingIsEverSpent) {
  BudgetHold hold{.budget_id = "gpus:p"};
  BudgetAccount account{.left = 5};
  EXPECT_EQ(AmountOf(hold, 3, kT, kT), 3);
  ExtendHold(3, kT, kT + absl::Hours(1), account, hold);
  ExtendHold(3, kT, kT + absl::Hours(2), account, hold);
  EXPECT_EQ(account, (BudgetAccount{.left = 2, .held = 3}));
  EXPECT_EQ(SettleHold(hold, 3, kT, kT + absl::Hours(1), /*billed=*/true, account), 0);
  EXPECT_EQ(account, (BudgetAccount{.left = 5}));
}

TEST(DecodeBudget, TakesNoOtherText) {
  for (const char* text : {"", "1 p", "0 p - 0 n", "4 p - 0 n", "x p - 0 n", "1 p - x n"}) {
    EXPECT_EQ(DecodeBudget("b", text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace furnace::scheduler
