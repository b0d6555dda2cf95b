#include "services/scheduler/app/forecast_book.h"

#include <gtest/gtest.h>

#include <utility>

#include "tests/support/scheduler/fake_ports.h"

namespace furnace::scheduler {
namespace {

const absl::Time kNow = absl::UnixEpoch() + absl::Hours(1000);
const Forecast kForecast{.p50 = kNow + absl::Seconds(10), .p90 = kNow + absl::Seconds(20)};

Job AJob(JobStatus status, std::optional<absl::Duration> started) {
  Job job;
  job.id = "a";
  job.status = status;
  if (started) job.started_at = kNow + *started;
  return job;
}

class ForecastBookTest : public testing::Test {
 protected:
  using Verdicts = std::vector<std::pair<absl::Duration, bool>>;

  RecordingForecastMeter meter_;
  ForecastBook book_{meter_};
};

TEST_F(ForecastBookTest, AForecastIsMeasuredWhenItsJobStarts) {
  for (const int seconds : {7, 10, 20, 21}) {
    book_.Given("a", kForecast, kNow);
    book_.Saw(AJob(JobStatus::kInQueue, std::nullopt));
    book_.Saw(AJob(JobStatus::kInProgress, absl::Seconds(seconds)));
    book_.Saw(AJob(JobStatus::kCompleted, absl::Seconds(seconds)));
  }
  EXPECT_EQ(meter_.verdicts, (Verdicts{{absl::Seconds(-3), false},
                                       {absl::ZeroDuration(), false},
                                       {absl::Seconds(10), false},
                                       {absl::Seconds(11), true}}));
  EXPECT_EQ(book_.size(), 0U);
}

TEST_F(ForecastBookTest, TheFirstForecastOfAJobCounts) {
  book_.Given("a", kForecast, kNow);
  book_.Given("a", {.p50 = kNow, .p90 = kNow}, kNow + absl::Seconds(5));
  book_.Saw(AJob(JobStatus::kInProgress, absl::Seconds(10)));
  EXPECT_EQ(meter_.verdicts, (Verdicts{{absl::ZeroDuration(), false}}));
}

TEST_F(ForecastBookTest, AnAttemptBeforeItIsNotWhatItWasAbout) {
  book_.Given("a", kForecast, kNow);
  book_.Saw(AJob(JobStatus::kInQueue, absl::Seconds(-60)));
  EXPECT_TRUE(meter_.verdicts.empty());
  EXPECT_EQ(book_.size(), 1U);
}

TEST_F(ForecastBookTest, AJobThatEndsWithoutAStartIsForgotten) {
  book_.Given("a", kForecast, kNow);
  book_.Saw(AJob(JobStatus::kCancelled, std::nullopt));
  EXPECT_TRUE(meter_.verdicts.empty());
  EXPECT_EQ(book_.size(), 0U);
}

TEST_F(ForecastBookTest, TheOldestGoWhenThereAreTooMany) {
  for (std::size_t i = 0; i < ForecastBook::kMax + 5; ++i) {
    book_.Given(i == 0 ? "a" : std::to_string(i), kForecast, kNow);
  }
  EXPECT_EQ(book_.size(), ForecastBook::kMax);
  book_.Saw(AJob(JobStatus::kInProgress, absl::Seconds(10)));
  EXPECT_TRUE(meter_.verdicts.empty());
}

}  // namespace
}  // namespace furnace::scheduler
