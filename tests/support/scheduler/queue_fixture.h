#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "services/scheduler/app/await.h"
#include "services/scheduler/app/dependencies.h"
#include "tests/support/scheduler/manual_clock.h"
#include "tests/support/scheduler/memory_job_links.h"
#include "tests/support/scheduler/memory_job_queue.h"
#include "tests/support/scheduler/memory_shard_log.h"
#include "tests/support/scheduler/memory_stores.h"
#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {

/// A queue in memory with an endpoint, for tests of what works on one.
class QueueFixture : public testing::Test {
 protected:
  /// Queues a job; its id.
  std::string Submit(std::string input = "1", int max_retries = 0) {
    Submission submission = ASubmission(endpoint_.id, endpoint_.project_id);
    submission.items[0].input = std::move(input);
    submission.retry.max_retries = max_retries;
    return Submit(std::move(submission));
  }

  /// Queues a job whose input lies in the payload store, if `body` is given.
  std::string SubmitStored(const std::string& body) {
    Submission submission = ASubmission(endpoint_.id, endpoint_.project_id);
    submission.items[0].input.clear();
    submission.items[0].input_stored = true;
    if (!body.empty()) {
      EXPECT_TRUE(payloads_.SaveInputs({{.job_id = submission.items[0].id, .body = body}}).ok());
    }
    return Submit(std::move(submission));
  }

  std::string Submit(Submission submission) {
    std::string id = submission.items[0].id;
    EXPECT_TRUE(Await<SubmitResult>([&](Done<SubmitResult> done) {
                  queue_.Submit(std::move(submission), std::move(done));
                }).ok());
    return id;
  }

  std::vector<ClaimedJob> Claim(int jobs = 1, absl::Duration lease = absl::Hours(1)) {
    return Await<Claimed>([&](Done<Claimed> done) {
             queue_.Claim({.endpoint_id = endpoint_.id,
                           .workers = {{.worker = AWorker(), .jobs = jobs}},
                           .lease = lease},
                          std::move(done));
           })
        .value()
        .jobs;
  }

  SettleResult Settle(const LeaseId& lease, Outcome outcome) {
    return Await<SettleResult>([&](Done<SettleResult> done) {
             queue_.Settle({.lease = lease, .outcome = std::move(outcome)}, std::move(done));
           })
        .value();
  }

  /// Runs a job to its end; its id.
  std::string Complete(Outcome outcome) {
    std::string id = Submit();
    const std::vector<ClaimedJob> claimed = Claim();
    EXPECT_EQ(claimed.size(), 1U);
    clock_.Advance(absl::Seconds(2));
    Settle(claimed.at(0).lease, std::move(outcome));
    return id;
  }

  static Outcome Success(std::string output = "42") {
    return {.cause = FailureCause::kNone, .output = std::move(output), .error = ""};
  }

  static Outcome Failure(FailureCause cause) {
    return {.cause = cause, .output = {}, .error = "broken"};
  }

  JobStatus StatusOf(const std::string& id) const {
    const std::optional<Job> job = queue_.Live(id);
    EXPECT_TRUE(job.has_value());
    return job ? job->status : JobStatus::kCancelled;
  }

  ManualClock clock_;
  MemoryJobQueue queue_{clock_, kTestShards};
  MemoryShardLog log_{queue_};
  MemoryJobHistory history_;
  MemoryPayloadStore payloads_;
  MemoryJobLinks links_{queue_};
  Dependencies dependencies_{links_, queue_, history_};
  const Endpoint endpoint_ = AnEndpoint();
};

}  // namespace furnace::scheduler
