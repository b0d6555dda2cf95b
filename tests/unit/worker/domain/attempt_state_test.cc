#include "services/worker/domain/attempt_state.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace furnace::worker {
namespace {

using S = AttemptState;
using E = AttemptEvent;

constexpr auto kIgnored = std::nullopt;

struct Row {
  std::string name;
  S state;
  std::vector<std::optional<S>> after;  // One for each event of kEvents.
};

const std::vector<E> kEvents = {E::kHandOut, E::kTakeBack, E::kFinish, E::kRelease,
                                E::kSettle,  E::kLose,     E::kCancel};

class WorkerAttemptStateTest : public ::testing::TestWithParam<Row> {};

TEST_P(WorkerAttemptStateTest, GoesWhereTheTableSays) {
  for (std::size_t i = 0; i < kEvents.size(); ++i) {
    EXPECT_EQ(After(GetParam().state, kEvents[i]), GetParam().after[i]) << "event " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, WorkerAttemptStateTest,
    ::testing::ValuesIn<Row>({
        //                          hand out     take back    finish         release   settle lose
        //                          cancel
        {"Waiting",
         S::kWaiting,
         {S::kRunning, kIgnored, S::kUnsettled, S::kGone, kIgnored, S::kGone, S::kGone}},
        {"Running",
         S::kRunning,
         {kIgnored, S::kWaiting, S::kUnsettled, S::kGone, kIgnored, S::kGone, S::kGone}},
        {"Unsettled",
         S::kUnsettled,
         {kIgnored, kIgnored, kIgnored, kIgnored, S::kGone, S::kGone, kIgnored}},
        {"Gone", S::kGone, {kIgnored, kIgnored, kIgnored, kIgnored, kIgnored, kIgnored, kIgnored}},
    }),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace furnace::worker
