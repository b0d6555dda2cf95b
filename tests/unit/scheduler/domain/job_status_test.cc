#include "services/scheduler/domain/job_status.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

TEST(JobStatusTest, NumbersNamesAndFinality) {
  const struct {
    JobStatus status;
    int number;
    std::string_view name;
    bool is_final;
  } cases[] = {
      {JobStatus::kWaiting, 1, "WAITING", false},
      {JobStatus::kDelayed, 2, "DELAYED", false},
      {JobStatus::kInQueue, 3, "IN_QUEUE", false},
      {JobStatus::kInProgress, 4, "IN_PROGRESS", false},
      {JobStatus::kCompleted, 5, "COMPLETED", true},
      {JobStatus::kFailed, 6, "FAILED", true},
      {JobStatus::kTimedOut, 7, "TIMED_OUT", true},
      {JobStatus::kCancelled, 8, "CANCELLED", true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(static_cast<int>(c.status), c.number);
    EXPECT_EQ(ToString(c.status), c.name);
    EXPECT_EQ(IsFinal(c.status), c.is_final) << c.name;
    EXPECT_EQ(JobStatusFromNumber(c.number).value(), c.status);
  }
  EXPECT_EQ(ToString(static_cast<JobStatus>(9)), "invalid");
}

TEST(JobStatusTest, OtherNumbersAreInternalErrors) {
  for (const int number : {-1, 0, 9, 1 << 30}) {
    EXPECT_EQ(JobStatusFromNumber(number).status().code(), absl::StatusCode::kInternal) << number;
  }
  for (const int number : {-1, 7, 1 << 30}) {
    EXPECT_EQ(FailureCauseFromNumber(number).status().code(), absl::StatusCode::kInternal)
        << number;
  }
}

TEST(FailureCauseTest, LossesAndPlatformFaultsAreOurs) {
  const struct {
    FailureCause cause;
    int number;
    bool ours;
  } cases[] = {
      {FailureCause::kNone, 0, false},          {FailureCause::kHandlerError, 1, false},
      {FailureCause::kHandlerExited, 2, false}, {FailureCause::kTimeout, 3, false},
      {FailureCause::kWorkerLost, 4, true},     {FailureCause::kPlatform, 5, true},
      {FailureCause::kBudget, 6, false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(static_cast<int>(c.cause), c.number);
    EXPECT_EQ(IsPlatformFault(c.cause), c.ours) << c.number;
    EXPECT_EQ(FailureCauseFromNumber(c.number).value(), c.cause);
  }
}

}  // namespace
}  // namespace furnace::scheduler
