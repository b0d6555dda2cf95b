#include "services/scheduler/domain/gpu_quota.h"

#include <gtest/gtest.h>

#include <numeric>

namespace furnace::scheduler {
namespace {

using Numbers = std::vector<std::int64_t>;

struct ShareCase {
  const char* name;
  std::int64_t limit;
  std::vector<BudgetShare> shares;
  Numbers left;
  std::int64_t turn = 0;
};

BudgetShare Share(std::int64_t left, std::int64_t held, bool asked, std::int64_t lease = 1) {
  return {.account = {.left = left, .held = held},
          .wanted = asked || held > 0,
          .lease = lease,
          .asked = asked};
}

class ShareOutGpusTest : public testing::TestWithParam<ShareCase> {};

TEST_P(ShareOutGpusTest, Shares) {
  const ShareCase& c = GetParam();
  EXPECT_EQ(ShareOutGpus(GpuQuota("p", c.limit), c.shares, c.turn), c.left);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ShareOutGpusTest,
    testing::ValuesIn<ShareCase>({
        {"OneHasAll", 4, {Share(0, 0, false)}, {4}},
        {"OneThatRunsHasTheRest", 4, {Share(1, 3, true)}, {1}},
        {"NobodyAsksAllBegin", 5, {Share(0, 0, false), Share(0, 0, false)}, {3, 2}},
        {"NobodyAsksNobodyIsTakenFrom", 4, {Share(3, 0, false), Share(0, 1, false)}, {3, 0}},
        {"WhoAsksHasWhatOthersDoNotHold", 4, {Share(2, 1, false), Share(0, 1, true)}, {0, 2}},
        {"AllAskAllHaveTheSame", 4, {Share(0, 4, true), Share(0, 0, true)}, {-2, 2}},
        {"WhoHoldsTooMuchGivesUp", 4, {Share(0, 4, false), Share(0, 0, true)}, {-2, 2}},
        {"WhoHoldsLittleGivesNothingUp", 8, {Share(0, 1, false), Share(0, 4, true)}, {0, 3}},
        {"LotsAreOfWorkers", 6, {Share(0, 0, true, 2), Share(0, 0, true, 2)}, {4, 2}},
        {"ThenTheOtherHasTheOddLot", 6, {Share(0, 0, true, 2), Share(0, 0, true, 2)}, {2, 4}, 1},
        {"OneGpuIsGivenInTurns", 1, {Share(0, 1, false), Share(0, 0, true)}, {-1, 1}, 1},
        {"AndComesBack", 1, {Share(0, 0, true), Share(0, 1, false)}, {1, -1}, 2},
        {"ALotThatIsTooLargeIsAllThereIs", 3, {Share(0, 0, true, 8)}, {3}},
        {"NoEndpointNothing", 3, {Share(0, 2, false, 0), Share(0, 0, true)}, {-2, 3}},
        {"ALoweredQuotaIsTakenBack", 2, {Share(3, 2, false), Share(1, 0, false)}, {-1, 1}},
        {"OfManyTheRestComesRound",
         7,
         {Share(0, 0, true), Share(0, 0, true), Share(0, 0, true)},
         {2, 2, 3},
         2},
        {"WithoutSharesThereIsNothing", 7, {}, {}},
    }),
    [](const auto& test) { return test.param.name; });

TEST(ShareOutGpus, GivesAllOfTheQuotaAndNoMore) {
  for (std::int64_t limit = 0; limit < 40; ++limit) {
    for (int asking = 0; asking < 16; ++asking) {
      std::vector<BudgetShare> shares;
      for (int i = 0; i < 4; ++i) shares.push_back(Share(0, 0, ((asking >> i) & 1) == 1, 1 + i));
      for (std::int64_t turn = 0; turn < 4; ++turn) {
        const Numbers left = ShareOutGpus(GpuQuota("p", limit), shares, turn);
        EXPECT_EQ(std::accumulate(left.begin(), left.end(), std::int64_t{0}), limit);
      }
    }
  }
}

TEST(GpuQuota, IsABudgetOfItsProject) {
  const Budget quota = GpuQuota("p", 4);
  EXPECT_TRUE(IsGpuQuota(quota.id));
  EXPECT_FALSE(IsGpuQuota("01890000-0000-7000-8000-000000000001"));
  EXPECT_TRUE(quota.Covers("p", "any"));
  EXPECT_FALSE(quota.Covers("other", "any"));
  Budget known = quota;
  known.limit = 0;
  EXPECT_EQ(DecodeBudget(quota.id, EncodeBudget(quota)), known);
}

}  // namespace
}  // namespace furnace::scheduler
