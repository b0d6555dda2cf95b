// What every QueueLoads with its queue must do: a job's input counts while it waits, and
// only then.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/scheduler/app/admission.h"
#include "services/scheduler/domain/restoration.h"
#include "tests/contract/scheduler/job_queue_fixture.h"

namespace furnace::scheduler {

inline constexpr int kShortInput = 10;
inline constexpr int kLongInput = 1000;

/// `Backend` also offers loads(), lost() and LoseAll().
template <typename Backend>
class QueueLoadsContract : public JobQueueContract<Backend> {
 protected:
  QueueLoad Load() { return this->backend_.loads().Of({this->endpoint_}).value()[this->endpoint_]; }

  /// Queues a job with an input of so many bytes; its id.
  std::string SubmitBytes(int bytes, absl::Duration ttl = absl::ZeroDuration(), int retries = 0) {
    Submission submission = this->Jobs();
    submission.items[0].input = std::string(static_cast<std::size_t>(bytes), '1');
    submission.items[0].ttl = ttl;
    submission.retry.max_retries = retries;
    std::string id = submission.items[0].id;
    this->Submit(std::move(submission));
    return id;
  }

  static constexpr QueueLoad kNothing = {};
  static constexpr QueueLoad kBoth = {.jobs = 2, .bytes = kShortInput + kLongInput};
};
TYPED_TEST_SUITE_P(QueueLoadsContract);

TYPED_TEST_P(QueueLoadsContract, JobsCountUntilTheyRun) {
  EXPECT_EQ(this->Load(), this->kNothing);
  this->SubmitBytes(kShortInput);
  this->SubmitBytes(kLongInput);
  EXPECT_EQ(this->Load(), this->kBoth);
  const std::vector<ClaimedJob> claimed = this->Claim(2);
  EXPECT_EQ(this->Load(), this->kNothing);
  for (const ClaimedJob& job : claimed) this->Settle(job.lease, this->Success());
  EXPECT_EQ(this->Load(), this->kNothing);
}

TYPED_TEST_P(QueueLoadsContract, AJobThatWaitsForItsTimeCounts) {
  Submission submission = this->Jobs();
  submission.items[0].not_before = absl::FromUnixMicros(4'000'000'000'000'000);
  this->Submit(std::move(submission));
  EXPECT_EQ(this->Load(), (QueueLoad{.jobs = 1, .bytes = 1}));
}

TYPED_TEST_P(QueueLoadsContract, AnInputThatLiesElsewhereTakesNoBytes) {
  Submission submission = this->Jobs();
  submission.items[0].input.clear();
  submission.items[0].input_stored = true;
  this->Submit(std::move(submission));
  EXPECT_EQ(this->Load(), (QueueLoad{.jobs = 1, .bytes = 0}));
}

TYPED_TEST_P(QueueLoadsContract, AJobThatIsTriedAgainCountsAgain) {
  this->SubmitBytes(kShortInput, absl::ZeroDuration(), /*retries=*/1);
  this->SubmitBytes(kLongInput, absl::ZeroDuration(), /*retries=*/1);
  for (const ClaimedJob& job : this->Claim(2)) {
    this->Settle(job.lease, this->Failure(FailureCause::kHandlerError));
  }
  EXPECT_EQ(this->Load(), this->kBoth);
  for (const ClaimedJob& job : this->Claim(2)) {
    this->Settle(job.lease, this->Failure(FailureCause::kPlatform));
  }
  EXPECT_EQ(this->Load(), this->kBoth);
}

TYPED_TEST_P(QueueLoadsContract, WhatIsCancelledPurgedOrTooLateCountsNoMore) {
  const std::string id = this->SubmitBytes(kLongInput);
  this->Cancel(id, this->project_);
  EXPECT_EQ(this->Load(), this->kNothing);
  this->SubmitBytes(kLongInput);
  this->Purge();
  EXPECT_EQ(this->Load(), this->kNothing);
  this->SubmitBytes(kLongInput, absl::Microseconds(1));
  this->PassTime();
  this->log().Sweep(this->shard(), 100).value();
  EXPECT_EQ(this->Load(), this->kNothing);
  this->SubmitBytes(kLongInput, absl::Microseconds(1));
  this->PassTime();
  EXPECT_TRUE(this->Claim().empty());
  EXPECT_EQ(this->Load(), this->kNothing);
}

TYPED_TEST_P(QueueLoadsContract, AJobThatIsRedrivenCountsAgain) {
  const std::string id = this->SubmitBytes(kLongInput);
  this->Settle(this->Claim().at(0).lease, this->Failure(FailureCause::kHandlerError));
  const JobRecord dead = *this->Find(id, {.input = true});
  EXPECT_TRUE(this->RedriveOne(dead));
  EXPECT_EQ(this->Load(), (QueueLoad{.jobs = 1, .bytes = kLongInput}));
  this->Claim();
  EXPECT_EQ(this->Load(), this->kNothing);
}

TYPED_TEST_P(QueueLoadsContract, ARestoredJobCounts) {
  JobRecord record = *this->Find(this->SubmitBytes(kLongInput), {.input = true});
  this->backend_.LoseAll();
  EXPECT_EQ(this->Load(), this->kNothing);
  record.job = Restore(record.job).value();
  ASSERT_TRUE(this->backend_.lost().PutBack(this->shard(), {{.record = record, .score = 1}}).ok());
  EXPECT_EQ(this->Load(), (QueueLoad{.jobs = 1, .bytes = kLongInput}));
  this->Claim();
  EXPECT_EQ(this->Load(), this->kNothing);
}

REGISTER_TYPED_TEST_SUITE_P(QueueLoadsContract, JobsCountUntilTheyRun,
                            AJobThatWaitsForItsTimeCounts, AnInputThatLiesElsewhereTakesNoBytes,
                            AJobThatIsTriedAgainCountsAgain,
                            WhatIsCancelledPurgedOrTooLateCountsNoMore,
                            AJobThatIsRedrivenCountsAgain, ARestoredJobCounts);

}  // namespace furnace::scheduler
