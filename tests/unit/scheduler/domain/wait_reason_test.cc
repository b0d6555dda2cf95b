#include "services/scheduler/domain/wait_reason.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

struct Case {
  const char* name;
  JobStatus status;
  int attempt;
  bool paused;
  int max_concurrency;
  QueuePlace place;
  WaitConstraint constraint;
  const char* detail;
};

const Case kCases[] = {
    {"one parent",
     JobStatus::kWaiting,
     0,
     true,
     0,
     {.parents = {"a"}},
     WaitConstraint::kDependency,
     "1 of its parents have not ended: a"},
    {"many parents",
     JobStatus::kWaiting,
     0,
     false,
     0,
     {.parents = {"f", "e", "d", "c", "b", "a"}},
     WaitConstraint::kDependency,
     "6 of its parents have not ended: a, b, c, d, e, ..."},
    {"not before",
     JobStatus::kDelayed,
     0,
     true,
     0,
     {},
     WaitConstraint::kNotBefore,
     "its time has not come"},
    {"backoff",
     JobStatus::kDelayed,
     2,
     true,
     0,
     {},
     WaitConstraint::kBackoff,
     "backs off after attempt 2"},
    {"paused",
     JobStatus::kInQueue,
     0,
     true,
     1,
     {.key_busy = true, .running = 1},
     WaitConstraint::kPaused,
     "the endpoint is paused"},
    {"key",
     JobStatus::kInQueue,
     0,
     false,
     1,
     {.key_busy = true, .running = 1},
     WaitConstraint::kConcurrencyKey,
     "a job with its concurrency_key runs"},
    {"limit",
     JobStatus::kInQueue,
     0,
     false,
     2,
     {.running = 2, .hindrance = {Obstacle::kNoCapacity, "x"}},
     WaitConstraint::kConcurrencyLimit,
     "2 jobs run, the most the endpoint allows"},
    {"below the limit",
     JobStatus::kInQueue,
     0,
     false,
     2,
     {.running = 1},
     WaitConstraint::kBusy,
     "all workers are busy"},
    {"starting",
     JobStatus::kInQueue,
     0,
     false,
     0,
     {.hindrance = {Obstacle::kStarting, "a"}},
     WaitConstraint::kStarting,
     "a"},
    {"no capacity",
     JobStatus::kInQueue,
     0,
     false,
     0,
     {.hindrance = {Obstacle::kNoCapacity, "b"}},
     WaitConstraint::kNoCapacity,
     "b"},
    {"cannot run",
     JobStatus::kInQueue,
     0,
     false,
     0,
     {.hindrance = {Obstacle::kCannotRun, "c"}},
     WaitConstraint::kCannotRun,
     "c"},
    {"crash loop",
     JobStatus::kInQueue,
     3,
     false,
     0,
     {.hindrance = {Obstacle::kCrashLoop, "d"}},
     WaitConstraint::kCrashLoop,
     "d"},
};

TEST(WhyWaitingTest, NamesTheConstraintThatBinds) {
  for (const Case& c : kCases) {
    Job job;
    job.status = c.status;
    job.attempt = c.attempt;
    Endpoint endpoint;
    endpoint.paused = c.paused;
    endpoint.queue.max_concurrency = c.max_concurrency;
    QueuePlace place = c.place;
    place.position = 5;
    const WaitReason reason = WhyWaiting(job, endpoint, place, absl::UnixEpoch());
    EXPECT_EQ(reason.constraint, c.constraint) << c.name;
    EXPECT_EQ(reason.detail, c.detail) << c.name;
    EXPECT_EQ(reason.position, 5) << c.name;
  }
}

TEST(WhyWaitingTest, AClosedWindowBindsBeforeTheJobsThatRunAndAfterAPause) {
  const absl::Time noon = absl::UnixEpoch() + absl::Hours(12);
  Job job;
  job.status = JobStatus::kInQueue;
  job.affinity = "a100|w=22:00-06:00,UTC,1111111";
  Endpoint endpoint;
  const QueuePlace place{.position = 5, .key_busy = true};
  const WaitReason reason = WhyWaiting(job, endpoint, place, noon);
  EXPECT_EQ(reason, (WaitReason{WaitConstraint::kWindow, 0,
                                "its window opens at 1970-01-01T22:00:00+00:00"}));
  EXPECT_EQ(WhyWaiting(job, endpoint, place, noon + absl::Hours(11)).constraint,
            WaitConstraint::kConcurrencyKey);
  endpoint.paused = true;
  EXPECT_EQ(WhyWaiting(job, endpoint, place, noon).constraint, WaitConstraint::kPaused);
}

TEST(WhyWaitingTest, AJobThatStartsNoWorkerSaysSo) {
  Job job;
  job.status = JobStatus::kInQueue;
  job.affinity = "a100|l=1";
  EXPECT_EQ(
      WhyWaiting(job, Endpoint(), {.position = 1}, absl::UnixEpoch()),
      (WaitReason{WaitConstraint::kBusy, 1, "no worker is free, and none is started for it"}));
}

TEST(WhyWaitingTest, WhatKeepsTheEndpointsJobsBackBindsAfterAPause) {
  Job job;
  job.status = JobStatus::kInQueue;
  Endpoint endpoint;
  const StartBlock block{.constraint = WaitConstraint::kBudget, .detail = "spent"};
  const QueuePlace place{.position = 5, .key_busy = true};
  EXPECT_EQ(WhyWaiting(job, endpoint, place, absl::UnixEpoch(), block),
            (WaitReason{WaitConstraint::kBudget, 5, "spent"}));
  endpoint.paused = true;
  EXPECT_EQ(WhyWaiting(job, endpoint, place, absl::UnixEpoch(), block).constraint,
            WaitConstraint::kPaused);
  job.status = JobStatus::kDelayed;
  EXPECT_EQ(WhyWaiting(job, endpoint, place, absl::UnixEpoch(), block).constraint,
            WaitConstraint::kNotBefore);
}

TEST(WhyWaitingTest, JobsWhoseWindowIsClosedDoNotGoBefore) {
  Job job;
  job.status = JobStatus::kInQueue;
  const QueuePlace place{
      .position = 10, .before = {{"22:00-06:00,UTC,1111111", 3}, {"06:00-22:00,UTC,1111111", 2}}};
  const absl::Time noon = absl::UnixEpoch() + absl::Hours(12);
  EXPECT_EQ(WhyWaiting(job, Endpoint(), place, noon).position, 7);
  EXPECT_EQ(WhyWaiting(job, Endpoint(), place, noon + absl::Hours(12)).position, 8);
}

}  // namespace
}  // namespace furnace::scheduler
