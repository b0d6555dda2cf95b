// What every LostJobs with its queue must do.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/scheduler/app/rebuild_ports.h"
#include "services/scheduler/domain/restoration.h"
#include "tests/contract/scheduler/job_queue_fixture.h"

namespace furnace::scheduler {

/// `Backend` also offers lost() and LoseAll().
template <typename Backend>
class LostJobsContract : public JobQueueContract<Backend> {
 protected:
  /// The job with its input, as history would have it.
  JobRecord Remember(const std::string& id) { return *this->Find(id, {.input = true}); }

  int PutBack(const std::vector<JobRecord>& records, std::int64_t score = 0) {
    std::vector<LostJob> jobs;
    for (const JobRecord& record : records) {
      jobs.push_back({.record = record, .score = score++});
      jobs.back().record.job = Restore(record.job).value();
    }
    return this->backend_.lost().PutBack(this->shard(), jobs).value();
  }
};
TYPED_TEST_SUITE_P(LostJobsContract);

TYPED_TEST_P(LostJobsContract, TellsWhatIsMissing) {
  const std::string live = this->SubmitOne();
  const std::string gone = NewJobId(this->endpoint_);
  EXPECT_EQ(this->backend_.lost().Missing(this->shard(), {live, gone}).value(), std::vector{gone});
}

TYPED_TEST_P(LostJobsContract, AJobComesBackAsHistoryHasIt) {
  Submission submission = this->Jobs();
  submission.items[0].input = "\"" + std::string(1000, 'x') + "\"";
  submission.items[0].priority = 3;
  submission.items[0].ttl = absl::Hours(1);
  submission.items[0].concurrency_key = "key";
  submission.items[0].webhook = "1 http://a";
  submission.items[0].attribution = "key\nteam=a";
  submission.retry = {.max_retries = 2,
                      .backoff = absl::Seconds(1),
                      .max_backoff = absl::Seconds(9),
                      .no_retry = 4};
  const std::string id = submission.items[0].id;
  this->Submit(std::move(submission));
  const JobRecord before = this->Remember(id);
  this->backend_.LoseAll();
  EXPECT_EQ(this->PutBack({before}), 1);
  const JobRecord after = this->Remember(id);
  EXPECT_EQ(after.job.status, JobStatus::kInQueue);
  EXPECT_EQ(after.job.endpoint_id, before.job.endpoint_id);
  EXPECT_EQ(after.job.project_id, before.job.project_id);
  EXPECT_EQ(after.job.affinity, before.job.affinity);
  EXPECT_EQ(after.job.timeout, before.job.timeout);
  EXPECT_EQ(after.job.retry, before.job.retry);
  EXPECT_EQ(after.job.priority, 3);
  EXPECT_EQ(after.job.concurrency_key, "key");
  EXPECT_EQ(after.job.webhook, "1 http://a");
  EXPECT_EQ(after.job.attribution, "key\nteam=a");
  EXPECT_EQ(after.job.queued_at, before.job.queued_at);
  EXPECT_EQ(after.job.expires_at, before.job.expires_at);
  EXPECT_EQ(after.job.input, before.job.input);
  EXPECT_EQ(after.job.attempt, before.job.attempt + kRestoredAhead);
  EXPECT_EQ(after.job.version, before.job.version + kRestoredAhead);
  const std::vector<JobEvent> events = this->EventsOf(id);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].version, after.job.version);
  EXPECT_EQ(events[0].attempt_end, std::nullopt);
}

TYPED_TEST_P(LostJobsContract, GoesOutByItsScoreAndIsCounted) {
  const std::string first = this->SubmitOne();
  const std::string second = this->SubmitOne();
  const JobRecord a = this->Remember(first);
  const JobRecord b = this->Remember(second);
  this->backend_.LoseAll();
  EXPECT_EQ(this->PutBack({b, a}), 2);
  EXPECT_EQ(this->Survey().queued, 2);
  EXPECT_EQ(this->IdsOf(this->Claim(2)), (std::vector{second, first}));
  EXPECT_EQ(this->Survey().queued, 0);
  EXPECT_EQ(this->Survey().running, 2);
}

TYPED_TEST_P(LostJobsContract, AnAttemptOfBeforeIsFenced) {
  const std::string id = this->SubmitOne();
  const LeaseId before = this->Claim().at(0).lease;
  const JobRecord running = this->Remember(id);
  this->backend_.LoseAll();
  this->PutBack({running});
  EXPECT_EQ(this->Get(id).status, JobStatus::kInQueue);
  EXPECT_EQ(this->Renew({before}, absl::Hours(1)), std::vector{before});
  EXPECT_EQ(this->Settle(before, this->Success()), SettleResult::kNotHeld);
  const LeaseId now = this->Claim().at(0).lease;
  EXPECT_EQ(now.epoch, before.epoch + kRestoredAhead + 1);
  EXPECT_EQ(this->Settle(now, this->Success()), SettleResult::kFinal);
}

TYPED_TEST_P(LostJobsContract, ADelayedJobStaysDelayed) {
  Submission submission = this->Jobs();
  const std::string id = submission.items[0].id;
  const absl::Time later = absl::FromUnixMicros(4'000'000'000'000'000);
  submission.items[0].not_before = later;
  this->Submit(std::move(submission));
  const JobRecord delayed = this->Remember(id);
  this->backend_.LoseAll();
  EXPECT_EQ(this->PutBack({delayed}), 1);
  EXPECT_EQ(this->Get(id).status, JobStatus::kDelayed);
  EXPECT_EQ(this->Get(id).not_before, later);
  EXPECT_TRUE(this->Claim().empty());
  JobRecord due = delayed;
  this->backend_.LoseAll();
  due.job.not_before = due.job.queued_at;
  this->PutBack({due});
  this->PassTime();
  this->log().Sweep(this->shard(), 100).value();
  EXPECT_EQ(this->IdsOf(this->Claim()), std::vector{id});
}

TYPED_TEST_P(LostJobsContract, AJobWhoseTimeIsOverTimesOut) {
  Submission submission = this->Jobs();
  const std::string id = submission.items[0].id;
  submission.items[0].ttl = absl::Microseconds(1);
  this->Submit(std::move(submission));
  const JobRecord queued = this->Remember(id);
  this->backend_.LoseAll();
  this->PutBack({queued});
  this->PassTime();
  EXPECT_EQ(this->log().Sweep(this->shard(), 100)->expired, std::vector{id});
  EXPECT_EQ(this->Get(id).status, JobStatus::kTimedOut);
}

TYPED_TEST_P(LostJobsContract, JobsThatShareAKeyRunOneAtATime) {
  std::vector<JobRecord> records;
  for (int i = 0; i < 2; ++i) {
    Submission submission = this->Jobs();
    const std::string id = submission.items[0].id;
    submission.items[0].concurrency_key = "key";
    this->Submit(std::move(submission));
    records.push_back(this->Remember(id));
  }
  this->backend_.LoseAll();
  EXPECT_EQ(this->PutBack(records), 2);
  const std::vector<ClaimedJob> claimed = this->Claim(2);
  ASSERT_EQ(claimed.size(), 1U);
  this->Settle(claimed[0].lease, this->Success());
  EXPECT_EQ(this->Claim(2).size(), 1U);
}

TYPED_TEST_P(LostJobsContract, AJobThatWaitsForOthersDoesSoAgain) {
  Submission submission = this->Jobs();
  submission.items[0].depends_on = {NewId(), NewId()};
  const auto parents = submission.items[0].depends_on;
  const std::string id = submission.items[0].id;
  this->Submit(std::move(submission));
  const JobRecord before = this->Remember(id);
  this->backend_.LoseAll();
  EXPECT_EQ(this->PutBack({before}), 1);
  EXPECT_EQ(this->Get(id).status, JobStatus::kWaiting);
  const auto unlinked = this->links().ReadUnlinked(this->shard(), absl::ZeroDuration(), 10).value();
  ASSERT_EQ(unlinked.size(), 1U);
  EXPECT_EQ(unlinked[0].depends_on, parents);
  ASSERT_TRUE(this->links()
                  .EndParents(this->shard(), {{.child_id = id,
                                               .linked = true,
                                               .ended = {{.id = parents[0]}, {.id = parents[1]}}}})
                  .ok());
  EXPECT_EQ(this->Get(id).status, JobStatus::kInQueue);
}

TYPED_TEST_P(LostJobsContract, ALiveJobIsLeftAsItIs) {
  const std::string id = this->SubmitOne();
  const JobRecord before = this->Remember(id);
  this->Claim();
  EXPECT_EQ(this->PutBack({before}), 0);
  EXPECT_EQ(this->Get(id).status, JobStatus::kInProgress);
}

TYPED_TEST_P(LostJobsContract, WhatWasPutBackAndHasEndedStaysEnded) {
  const std::string id = this->SubmitOne();
  const JobRecord before = this->Remember(id);
  this->backend_.LoseAll();
  EXPECT_EQ(this->PutBack({before}), 1);
  this->Settle(this->Claim().at(0).lease, this->Success());
  const std::int64_t version = this->Get(id).version;
  ASSERT_TRUE(this->log().Forget(this->shard(), {}, {{id, version}}).ok());
  EXPECT_EQ(this->PutBack({before}), 0);
  EXPECT_FALSE(this->Find(id).has_value());
}

REGISTER_TYPED_TEST_SUITE_P(LostJobsContract, TellsWhatIsMissing, AJobComesBackAsHistoryHasIt,
                            GoesOutByItsScoreAndIsCounted, AnAttemptOfBeforeIsFenced,
                            ADelayedJobStaysDelayed, AJobThatWaitsForOthersDoesSoAgain,
                            AJobWhoseTimeIsOverTimesOut, JobsThatShareAKeyRunOneAtATime,
                            ALiveJobIsLeftAsItIs, WhatWasPutBackAndHasEndedStaysEnded);

}  // namespace furnace::scheduler
