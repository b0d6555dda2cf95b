#include "services/worker/domain/prefetch.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace furnace::worker {
namespace {

struct PrefetchCase {
  std::string name;
  std::vector<int> ran_ms;
  int running_ms;
  int jobs;
};

class WorkerPrefetchTest : public ::testing::TestWithParam<PrefetchCase> {};

TEST_P(WorkerPrefetchTest, GivesWhatFitsIntoASecond) {
  Prefetch prefetch;
  for (const int ms : GetParam().ran_ms) prefetch.Ran(absl::Milliseconds(ms));
  EXPECT_EQ(prefetch.Jobs(absl::Milliseconds(GetParam().running_ms)), GetParam().jobs);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WorkerPrefetchTest,
    ::testing::ValuesIn<PrefetchCase>({
        {"OneUntilSomethingRan", {}, 0, 1},
        {"ManyInstantOnes", {0}, 0, Prefetch::kJobsMax},
        {"ManyShortOnes", {1}, 0, Prefetch::kJobsMax},
        {"AsManyAsFit", {100}, 0, 10},
        {"TwoOfHalfASecond", {500}, 0, 2},
        {"OneLongOne", {60'000}, 0, 1},
        {"ALongOneCountsAtOnce", {1, 1, 1, 1'000}, 0, 1},
        {"ShortOnesMakeUpForItSlowly", {1'000, 0, 0, 0}, 0, 2},
        {"AndDoSoInTheEnd", {1'000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0, Prefetch::kJobsMax},
        {"OneThatStillRunsCounts", {1}, 250, 4},
        {"OneThatRunsForLongCounts", {1}, 5'000, 1},
    }),
    [](const auto& test) { return test.param.name; });

TEST(WorkerPrefetchResetTest, ForgetsWhatRan) {
  Prefetch prefetch;
  prefetch.Ran(absl::Milliseconds(1));
  prefetch.Reset();
  EXPECT_EQ(prefetch.Jobs(absl::ZeroDuration()), 1);
}

}  // namespace
}  // namespace furnace::worker
