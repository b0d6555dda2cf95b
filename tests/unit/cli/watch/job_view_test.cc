#include "cli/watch/job_view.h"

#include <gtest/gtest.h>

namespace furnace::cli {
namespace {

TEST(IsFinalTest, OnlyTheFourEndsAre) {
  for (const char* status : {"COMPLETED", "FAILED", "TIMED_OUT", "CANCELLED"}) {
    EXPECT_TRUE(IsFinal(status)) << status;
  }
  for (const char* status : {"", "WAITING", "DELAYED", "IN_QUEUE", "IN_PROGRESS"}) {
    EXPECT_FALSE(IsFinal(status)) << status;
  }
}

TEST(SummaryTest, TellsTimesAndLeavesOutWhatDidNotHappen) {
  const auto job = Answer::Parse(
      R"({"status":"COMPLETED","delay_ms":1200,"execution_ms":850,"gpu_time_us":851234,"attempt":1})");
  EXPECT_EQ(Summary(*job, false), "COMPLETED: queued 1.2 s, ran 850 ms, GPU time 0.851234 s");
}

TEST(SummaryTest, TellsColdStartAndFurtherAttempts) {
  const auto job = Answer::Parse(
      R"({"status":"FAILED","delay_ms":1,"execution_ms":2,"gpu_time_us":0,"attempt":3,"cold_start_ms":400})");
  EXPECT_EQ(Summary(*job, false),
            "FAILED: queued 1 ms, ran 2 ms, GPU time 0.0 s, cold start 400 ms, attempt 3");
}

TEST(JobViewTest, WithoutATerminalEachChangeOfStateIsOneLine) {
  const absl::Time start = absl::UnixEpoch();
  JobView view(false, start);
  const auto queued = Answer::Parse(R"({"status":"IN_QUEUE"})");
  const auto running = Answer::Parse(R"({"status":"IN_PROGRESS","worker_id":"w-1"})");
  testing::internal::CaptureStderr();
  view.ShowJob(*queued, start);
  view.ShowJob(*queued, start + absl::Seconds(1));
  view.Tick(start + absl::Seconds(2));
  view.ShowJob(*running, start + absl::Seconds(3));
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "IN_QUEUE after 0 ms\nIN_PROGRESS after 3.0 s on w-1\n");
}

TEST(JobViewTest, LongChunksAreCut) {
  JobView view(false, absl::UnixEpoch());
  const auto chunk = Answer::Parse(R"({"sequence":2,"output":")" + std::string(500, 'x') + R"("})");
  testing::internal::CaptureStderr();
  view.ShowChunk(*chunk);
  const std::string shown = testing::internal::GetCapturedStderr();
  EXPECT_LT(shown.size(), 250U);
  EXPECT_TRUE(shown.starts_with("chunk 2: \"xxx")) << shown;
}

}  // namespace
}  // namespace furnace::cli
