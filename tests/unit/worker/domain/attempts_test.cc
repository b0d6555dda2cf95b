#include "services/worker/domain/attempts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace furnace::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::UnixEpoch();
const LeaseId kA{"a", 1};
const LeaseId kB{"b", 1};

bool Any(const std::string&) { return true; }

class WorkerAttemptsTest : public ::testing::Test {
 protected:
  void Assign(const LeaseId& lease, absl::Duration timeout = absl::Seconds(60)) {
    ASSERT_TRUE(attempts_.Assign({lease, "{}", timeout}, kNow));
  }
  LeaseId Next() { return attempts_.NextWaiting(Any)->assignment.lease; }

  Attempts attempts_;
};

TEST_F(WorkerAttemptsTest, TheOldestIsNext) {
  Assign(kB);
  Assign(kA);
  EXPECT_EQ(Next(), kB);
}

TEST_F(WorkerAttemptsTest, WhatDoesNotFitIsPassedOver) {
  Assign(kA);
  Assign(kB);
  const Attempt* next = attempts_.NextWaiting([](const std::string& id) { return id != "a"; });
  EXPECT_EQ(next->assignment.lease, kB);
}

TEST_F(WorkerAttemptsTest, WhatIsTakenBackIsNextAgain) {
  Assign(kA);
  Assign(kB);
  attempts_.HandOut(kA);
  EXPECT_EQ(Next(), kB);
  attempts_.TakeBack(kA);
  EXPECT_EQ(Next(), kA);
}

TEST_F(WorkerAttemptsTest, ALeaseIsBookedOnce) {
  Assign(kA);
  EXPECT_FALSE(attempts_.Assign({kA, "{}", absl::Seconds(1)}, kNow));
  EXPECT_EQ(attempts_.waiting_count(), 1u);
}

TEST_F(WorkerAttemptsTest, AttemptsOfOneJobAreApart) {
  Assign({"a", 1});
  Assign({"a", 2});
  EXPECT_TRUE(attempts_.Lose({"a", 1}).has_value());
  EXPECT_THAT(attempts_.All(), ElementsAre(LeaseId{"a", 2}));
}

TEST_F(WorkerAttemptsTest, TimeRunsFromWhenTheHandlerCanBegin) {
  Assign(kA, absl::Seconds(10));
  EXPECT_FALSE(attempts_.Begin(kA, kNow)) << "no handler has it";
  attempts_.HandOut(kA);
  EXPECT_EQ(attempts_.NextDeadline(), absl::InfiniteFuture());
  EXPECT_TRUE(attempts_.Begin(kA, kNow + absl::Minutes(1)));
  EXPECT_EQ(attempts_.NextDeadline(), kNow + absl::Seconds(70));
  EXPECT_THAT(attempts_.Overdue(kNow + absl::Seconds(69)), IsEmpty());
  EXPECT_THAT(attempts_.Overdue(kNow + absl::Seconds(70)), ElementsAre(kA));
}

TEST_F(WorkerAttemptsTest, AnAttemptWithoutTimeoutIsNeverOverdue) {
  Assign(kA, absl::ZeroDuration());
  attempts_.HandOut(kA);
  attempts_.Begin(kA, kNow);
  EXPECT_EQ(attempts_.NextDeadline(), absl::InfiniteFuture());
}

TEST_F(WorkerAttemptsTest, AnAttemptThatNobodyTakesIsOverdueInTheEnd) {
  Assign(kA);
  EXPECT_THAT(attempts_.Overdue(kNow + Attempts::kTakeWithin), ElementsAre(kA));
}

TEST_F(WorkerAttemptsTest, UnsettledResultsAreCounted) {
  Assign(kA);
  attempts_.HandOut(kA);
  EXPECT_TRUE(attempts_.Finish(kA, {"12345", Cause::kNone, "", {}}, kNow));
  EXPECT_FALSE(attempts_.Finish(kA, {"other", Cause::kNone, "", {}}, kNow));
  attempts_.Restore(kB, Failure(Cause::kTimeout, "abc"));
  attempts_.Restore(kB, Failure(Cause::kTimeout, "abc"));
  EXPECT_EQ(attempts_.unsettled_count(), 2u);
  EXPECT_EQ(attempts_.unsettled_bytes(), 8u);
  EXPECT_TRUE(attempts_.Settle(kA));
  EXPECT_FALSE(attempts_.Settle(kA));
  EXPECT_TRUE(attempts_.Lose(kB).has_value());
  EXPECT_EQ(attempts_.unsettled_count(), 0u);
  EXPECT_EQ(attempts_.unsettled_bytes(), 0u);
}

struct WaitCase {
  std::string name;
  absl::Duration begins;  // After the assignment; infinite: never.
  absl::Duration waited;  // When it ends after 10 s.
};

class WorkerWaitTest : public ::testing::TestWithParam<WaitCase> {};

TEST_P(WorkerWaitTest, IsWhatPassesBeforeTheHandlerCanBegin) {
  Attempts attempts;
  attempts.Assign({kA, "{}", absl::Minutes(1)}, kNow);
  attempts.HandOut(kA);
  if (GetParam().begins < absl::InfiniteDuration()) attempts.Begin(kA, kNow + GetParam().begins);
  attempts.Finish(kA, {}, kNow + absl::Seconds(10));
  EXPECT_EQ(attempts.Find(kA)->outcome.waited, GetParam().waited);
}

INSTANTIATE_TEST_SUITE_P(Table, WorkerWaitTest,
                         ::testing::ValuesIn<WaitCase>({
                             {"AtOnce", absl::Microseconds(30), absl::ZeroDuration()},
                             {"BehindAnother", absl::Milliseconds(2500), absl::Milliseconds(2500)},
                             {"Never", absl::InfiniteDuration(), absl::Seconds(10)},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST_F(WorkerAttemptsTest, WaitsAreToldWhileAttemptsRunAndAfter) {
  Assign(kA);
  Assign(kB);
  EXPECT_THAT(attempts_.Waits(), ElementsAre(absl::InfiniteDuration(), absl::InfiniteDuration()));
  attempts_.HandOut(kB);
  attempts_.Begin(kB, kNow + absl::Seconds(7));
  EXPECT_THAT(attempts_.Waits(), ElementsAre(absl::InfiniteDuration(), absl::Seconds(7)));
  attempts_.Finish(kB, {}, kNow + absl::Seconds(9));
  attempts_.Restore({"c", 1}, {.waited = absl::Seconds(2)});
  EXPECT_THAT(attempts_.Waits(),
              ElementsAre(absl::InfiniteDuration(), absl::Seconds(7), absl::Seconds(2)));
}

TEST_F(WorkerAttemptsTest, WhatIsTakenBackHasNotBegun) {
  Assign(kA);
  attempts_.HandOut(kA);
  attempts_.Begin(kA, kNow);
  attempts_.TakeBack(kA);
  attempts_.HandOut(kA);
  attempts_.Finish(kA, {}, kNow + absl::Seconds(7));
  EXPECT_EQ(attempts_.Find(kA)->outcome.waited, absl::Seconds(7));
}

}  // namespace
}  // namespace furnace::worker
