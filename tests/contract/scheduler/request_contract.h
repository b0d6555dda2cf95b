// What every RequestCounts must do.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "services/scheduler/app/await.h"
#include "services/scheduler/app/request_quota.h"
#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {

/// `Backend` offers requests() and Now().
template <typename Backend>
class RequestContract : public testing::Test {
 protected:
  RequestsCounted Count(std::int64_t jobs, std::int64_t most = 0,
                        std::optional<absl::Time> day = std::nullopt) {
    return Await<RequestsCounted>([&](Done<RequestsCounted> done) {
             backend_.requests().Count(
                 {.project_id = project_, .jobs = jobs, .most = most, .day = day}, std::move(done));
           })
        .value();
  }

  Backend backend_;
  std::string project_ = NewId();
};
TYPED_TEST_SUITE_P(RequestContract);

TYPED_TEST_P(RequestContract, JobsAreCountedUpToTheMostWholeOrNotAtAll) {
  EXPECT_TRUE(this->Count(4, 10).counted);
  EXPECT_FALSE(this->Count(7, 10).counted);
  EXPECT_TRUE(this->Count(6, 10).counted);
  EXPECT_FALSE(this->Count(1, 10).counted);
  EXPECT_TRUE(this->Count(1, 11).counted) << "the quota was raised";
  EXPECT_FALSE(this->Count(1, 5).counted);
}

TYPED_TEST_P(RequestContract, ProjectsAreCountedApart) {
  EXPECT_TRUE(this->Count(10, 10).counted);
  this->project_ = NewId();
  EXPECT_TRUE(this->Count(10, 10).counted);
}

TYPED_TEST_P(RequestContract, TheDayIsThePresentOneOfUtc) {
  const absl::Time day = this->Count(1, 1).day;
  EXPECT_LE(day, this->backend_.Now());
  EXPECT_GT(day + absl::Hours(24), this->backend_.Now() - absl::Hours(1));
  EXPECT_EQ((day - absl::UnixEpoch()) % absl::Hours(24), absl::ZeroDuration());
}

TYPED_TEST_P(RequestContract, WhatIsGivenBackMayBeCountedAgain) {
  const absl::Time day = this->Count(10, 10).day;
  EXPECT_TRUE(this->Count(-4, 0, day).counted);
  EXPECT_FALSE(this->Count(5, 10).counted);
  EXPECT_TRUE(this->Count(4, 10).counted);
}

TYPED_TEST_P(RequestContract, ADayThatIsOverIsNotCountedAnyMore) {
  const absl::Time day = this->Count(10, 10).day;
  EXPECT_FALSE(this->Count(-4, 0, day - absl::Hours(24)).counted);
  EXPECT_FALSE(this->Count(1, 10).counted);
}

REGISTER_TYPED_TEST_SUITE_P(RequestContract, JobsAreCountedUpToTheMostWholeOrNotAtAll,
                            ProjectsAreCountedApart, TheDayIsThePresentOneOfUtc,
                            WhatIsGivenBackMayBeCountedAgain, ADayThatIsOverIsNotCountedAnyMore);

}  // namespace furnace::scheduler
