// What every JobQueue must do with what running attempts show. Instantiated for the fake
// and for Redis.
#pragma once

#include <gtest/gtest.h>

#include "tests/contract/scheduler/job_queue_fixture.h"

namespace furnace::scheduler {

template <typename Backend>
class ProgressContract : public JobQueueContract<Backend> {
 protected:
  JobRecord All(const std::string& id, std::int64_t after = 0) {
    return *this->Find(id, {.chunks_after = after});
  }
};
TYPED_TEST_SUITE_P(ProgressContract);

TYPED_TEST_P(ProgressContract, AReportThatComesAgainIsStoredOnce) {
  const std::string id = this->SubmitOne();
  const LeaseId lease = this->Claim().at(0).lease;
  const auto report = [&](std::int64_t number, const std::string& value) {
    return this->Report({.lease = lease,
                         .progress = value,
                         .chunks = {value},
                         .worker_id = {},
                         .sequence = number});
  };
  EXPECT_TRUE(report(1, "10"));
  EXPECT_TRUE(report(2, "20"));
  EXPECT_TRUE(report(1, "10"));
  EXPECT_TRUE(report(2, "20"));
  EXPECT_TRUE(report(3, "30"));
  EXPECT_TRUE(report(0, "40"));
  EXPECT_TRUE(report(0, "40")) << "without a number it is another one";
  EXPECT_TRUE(report(3, "30"));
  EXPECT_EQ(this->ReportOf(
                {.lease = lease, .progress = "", .chunks = {"20"}, .worker_id = {}, .sequence = 2}),
            (ReportResult{.held = true, .known = true}));
  const JobRecord record = this->All(id);
  EXPECT_EQ(record.chunks,
            (std::vector<Chunk>{{1, "10"}, {1, "20"}, {1, "30"}, {1, "40"}, {1, "40"}}));
  EXPECT_EQ(record.chunk_count, 5);
  EXPECT_EQ(record.job.progress, "40");
  EXPECT_EQ(record.job.progress_sequence, 5);
}

TYPED_TEST_P(ProgressContract, AReportWaitsForThoseBeforeIt) {
  const std::string id = this->SubmitOne();
  const LeaseId lease = this->Claim().at(0).lease;
  const auto report = [&](std::int64_t number, std::int64_t stored) {
    return Await<ReportResult>([&](Done<ReportResult> done) {
             this->queue().Report({.lease = lease,
                                   .progress = "",
                                   .chunks = {std::to_string(number)},
                                   .worker_id = {},
                                   .sequence = number,
                                   .stored = stored},
                                  std::move(done));
           })
        .status();
  };
  EXPECT_TRUE(absl::IsAborted(report(2, 0)));
  EXPECT_TRUE(report(1, 0).ok());
  EXPECT_TRUE(absl::IsAborted(report(3, 0)));
  EXPECT_TRUE(report(2, 0).ok());
  EXPECT_TRUE(absl::IsAborted(report(6, 4)));
  EXPECT_TRUE(report(6, 5).ok()) << "those between are not to come";
  EXPECT_TRUE(report(4, 2).ok()) << "and when they do, they come too late";
  EXPECT_EQ(this->All(id).chunks, (std::vector<Chunk>{{1, "1"}, {1, "2"}, {1, "6"}}));
}

TYPED_TEST_P(ProgressContract, ARetryGoesOnAndSaysWhatIsItsOwn) {
  const std::string id = this->SubmitOne(/*max_retries=*/1);
  const LeaseId first = this->Claim().at(0).lease;
  EXPECT_TRUE(this->Report(
      {.lease = first, .progress = "1", .chunks = {"a", "b"}, .worker_id = {}, .sequence = 1}));
  this->Settle(first, this->Failure(FailureCause::kHandlerError));
  EXPECT_EQ(this->Get(id).progress, "1") << "of the last attempt";
  const LeaseId second = this->Claim().at(0).lease;
  EXPECT_EQ(this->Get(id).progress, "") << "the present one has made none";
  EXPECT_EQ(this->Get(id).progress_sequence, 1);
  EXPECT_FALSE(this->Report(
      {.lease = first, .progress = "2", .chunks = {"x"}, .worker_id = {}, .sequence = 2}));
  EXPECT_TRUE(this->Report(
      {.lease = second, .progress = "", .chunks = {"c"}, .worker_id = {}, .sequence = 1}));
  EXPECT_EQ(this->Get(id).progress, "");
  EXPECT_TRUE(this->Report(
      {.lease = second, .progress = "3", .chunks = {}, .worker_id = {}, .sequence = 2}));
  const JobRecord record = this->All(id);
  EXPECT_EQ(record.chunks, (std::vector<Chunk>{{1, "a"}, {1, "b"}, {2, "c"}}));
  EXPECT_EQ(record.chunk_count, 3);
  EXPECT_EQ(record.job.progress, "3");
  EXPECT_EQ(record.job.progress_sequence, 2);
}

TYPED_TEST_P(ProgressContract, NothingIsStoredAfterTheEnd) {
  const std::string done = this->SubmitOne();
  const LeaseId lease = this->Claim().at(0).lease;
  EXPECT_TRUE(this->Report({.lease = lease, .progress = "1", .chunks = {"a"}}));
  this->Settle(lease, this->Success());
  EXPECT_FALSE(this->Report({.lease = lease, .progress = "2", .chunks = {"b"}}));
  const std::string cancelled = this->SubmitOne();
  const LeaseId taken = this->Claim().at(0).lease;
  this->Cancel(cancelled, this->project_);
  EXPECT_FALSE(this->Report({.lease = taken, .progress = "2", .chunks = {"b"}}));
  EXPECT_EQ(this->All(done).chunks, (std::vector<Chunk>{{1, "a"}}));
  EXPECT_EQ(this->All(done).job.progress, "1");
  EXPECT_TRUE(this->All(cancelled).chunks.empty());
  EXPECT_EQ(this->All(cancelled).job.progress, "");
}

TYPED_TEST_P(ProgressContract, OnlyTheLastChunksAreKept) {
  const std::string id = this->SubmitOne();
  const LeaseId lease = this->Claim().at(0).lease;
  constexpr int kMore = 3;
  for (int sent = 0; sent < JobQueue::kMaxChunks; sent += 1000) {
    EXPECT_TRUE(this->Report(
        {.lease = lease, .progress = "", .chunks = std::vector<std::string>(1000, "1")}));
  }
  EXPECT_TRUE(this->Report(
      {.lease = lease, .progress = "", .chunks = std::vector<std::string>(kMore, "2")}));
  const JobRecord record = this->All(id);
  EXPECT_EQ(record.chunk_count, JobQueue::kMaxChunks + kMore);
  ASSERT_EQ(record.chunks.size(), static_cast<std::size_t>(JobQueue::kMaxChunks));
  EXPECT_EQ(record.chunks.back().body, "2");
  EXPECT_EQ(this->All(id, JobQueue::kMaxChunks).chunks.size(), static_cast<std::size_t>(kMore));
  EXPECT_EQ(this->All(id, 1).chunks.size(), static_cast<std::size_t>(JobQueue::kMaxChunks));
}

TYPED_TEST_P(ProgressContract, OnlySoManyBytesAreKeptAndOneChunkAlways) {
  const std::string id = this->SubmitOne();
  const LeaseId lease = this->Claim().at(0).lease;
  const std::string third(JobQueue::kMaxChunkBytes / 3, '1');
  EXPECT_TRUE(
      this->Report({.lease = lease, .progress = "", .chunks = {third, third, third, third}}));
  EXPECT_LE(this->All(id).chunks.size(), 3U);
  EXPECT_GE(this->All(id).chunks.size(), 2U);
  const std::string whole(JobQueue::kMaxChunkBytes, '2');
  EXPECT_TRUE(this->Report({.lease = lease, .progress = "", .chunks = {whole}}));
  EXPECT_EQ(this->All(id).chunks.size(), 1U);
  EXPECT_EQ(this->All(id).chunk_count, 5);
}

TYPED_TEST_P(ProgressContract, TheLatestRunsOfAnEndpointAreKept) {
  const std::string id = this->SubmitOne();
  EXPECT_EQ(this->Locate(id)->runs, RunHistory());
  // In two rounds, each newest first.
  RunHistory before;
  RunHistory after;
  for (int i = 1; i <= 50; ++i) {
    before.executions.insert(before.executions.begin(), absl::Microseconds(i));
    after.executions.insert(after.executions.begin(), absl::Microseconds(50 + i));
  }
  for (int i = 1; i <= 10; ++i) {
    before.cold_starts.insert(before.cold_starts.begin(), absl::Seconds(i));
    after.cold_starts.insert(after.cold_starts.begin(), absl::Seconds(10 + i));
  }
  ASSERT_TRUE(this->log().RecordRuns(this->shard(), {{this->endpoint_, before}}).ok());
  ASSERT_TRUE(this->log()
                  .RecordRuns(this->shard(), {{this->endpoint_, after},
                                              {NewId(), {.executions = {absl::Hours(1)}}}})
                  .ok());
  const RunHistory kept = this->Locate(id)->runs;
  ASSERT_EQ(kept.executions.size(), RunHistory::kMaxExecutions);
  EXPECT_EQ(kept.executions.front(), absl::Microseconds(100));
  EXPECT_EQ(kept.executions.back(), absl::Microseconds(37));
  ASSERT_EQ(kept.cold_starts.size(), RunHistory::kMaxColdStarts);
  EXPECT_EQ(kept.cold_starts.front(), absl::Seconds(20));
  EXPECT_EQ(kept.cold_starts.back(), absl::Seconds(5));
}

REGISTER_TYPED_TEST_SUITE_P(ProgressContract, AReportThatComesAgainIsStoredOnce,
                            AReportWaitsForThoseBeforeIt, ARetryGoesOnAndSaysWhatIsItsOwn,
                            NothingIsStoredAfterTheEnd, OnlyTheLastChunksAreKept,
                            OnlySoManyBytesAreKeptAndOneChunkAlways,
                            TheLatestRunsOfAnEndpointAreKept);

}  // namespace furnace::scheduler
