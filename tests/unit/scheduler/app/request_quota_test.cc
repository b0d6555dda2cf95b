#include "services/scheduler/app/request_quota.h"

#include <gtest/gtest.h>

#include "libs/common/base/status.h"
#include "services/scheduler/app/await.h"
#include "tests/support/scheduler/fake_quota_source.h"
#include "tests/support/scheduler/manual_clock.h"
#include "tests/support/scheduler/memory_request_counts.h"

namespace furnace::scheduler {
namespace {

class RequestQuotaTest : public testing::Test {
 protected:
  RequestQuotaTest() {
    source_.quotas = {{"p", {.max_requests_per_day = 10}}, {"q", {.max_queued_jobs = 1}}};
    EXPECT_TRUE(quotas_.Refresh().ok());
  }

  absl::StatusOr<RequestQuota::Ticket> Take(std::int64_t jobs) {
    return Await<RequestQuota::Ticket>(
        [&](Done<RequestQuota::Ticket> done) { requests_.Take("p", jobs, std::move(done)); });
  }

  ManualClock clock_;
  FakeQuotaSource source_;
  ProjectQuotas quotas_{source_};
  MemoryRequestCounts counts_{clock_};
  RequestQuota requests_{quotas_, counts_, clock_};
};

TEST_F(RequestQuotaTest, OnlyProjectsWithSuchAQuotaAreLimited) {
  EXPECT_TRUE(requests_.Limits("p"));
  EXPECT_FALSE(requests_.Limits("q"));
  EXPECT_FALSE(requests_.Limits("unknown"));
}

TEST_F(RequestQuotaTest, WhatWouldBeTooMuchIsRefusedWholeUntilMidnight) {
  EXPECT_TRUE(Take(7).ok());
  const absl::Status refused = Take(4).status();
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  EXPECT_EQ(refused.message().find("quota max_requests_per_day: the project may submit 10 jobs"),
            0U)
      << refused;
  const absl::Time midnight =
      absl::UnixEpoch() + absl::Ceil(clock_.Now() - absl::UnixEpoch(), absl::Hours(24));
  EXPECT_EQ(RetryAfterOf(refused), absl::Ceil(midnight - clock_.Now(), absl::Seconds(1)));
  EXPECT_TRUE(Take(3).ok());
  EXPECT_FALSE(Take(1).ok());
  clock_.Advance(midnight - clock_.Now());
  EXPECT_TRUE(Take(10).ok());
}

TEST_F(RequestQuotaTest, WhatWasNotQueuedIsGivenBack) {
  const RequestQuota::Ticket ticket = Take(10).value();
  requests_.GiveBack(ticket);
  EXPECT_TRUE(Take(10).ok());
  clock_.Advance(absl::Hours(24));
  EXPECT_TRUE(Take(10).ok());
  requests_.GiveBack(ticket);
  EXPECT_FALSE(Take(1).ok()) << "that was another day's";
}

TEST_F(RequestQuotaTest, WhileNobodyCanCountNothingIsTaken) {
  counts_.set_status(absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(Take(1).status()));
}

}  // namespace
}  // namespace furnace::scheduler
