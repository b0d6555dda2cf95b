#include "services/scheduler/domain/lease_parts.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

using Parts = std::vector<LeasePart>;

// A quarter to nine: 2027-01-15T08:45:00Z.
const absl::Time kBegin = absl::FromUnixSeconds(1'800'002'700);
const absl::Time kHour = kBegin + absl::Minutes(15);

Job ARunningJob() {
  Job job;
  job.status = JobStatus::kInProgress;
  job.attempt = 1;
  job.gpu_count = 2;
  job.started_at = job.first_started_at = kBegin;
  return job;
}

TEST(TakePartsTest, APartEndsWithItsHourAndIsTakenOnce) {
  Job job = ARunningJob();
  EXPECT_TRUE(TakeParts(job, absl::ZeroDuration(), kHour - absl::Microseconds(1)).empty());
  EXPECT_EQ(job.reported, ReportedParts());
  EXPECT_EQ(TakeParts(job, absl::ZeroDuration(), kHour),
            (Parts{{.number = 1, .start = kBegin, .end = kHour}}));
  EXPECT_TRUE(TakeParts(job, absl::ZeroDuration(), kHour).empty());
  EXPECT_EQ(job.reported, (ReportedParts{.count = 1, .until = kHour}));
}

TEST(TakePartsTest, HoursThatNobodyReportedAreTakenOneByOne) {
  Job job = ARunningJob();
  const absl::Time second = kHour + absl::Hours(1);
  EXPECT_EQ(TakeParts(job, absl::ZeroDuration(), second + absl::Minutes(59)),
            (Parts{{.number = 1, .start = kBegin, .end = kHour},
                   {.number = 2, .start = kHour, .end = second}}));
  EXPECT_EQ(TakeParts(job, absl::ZeroDuration(), second + absl::Hours(1)),
            (Parts{{.number = 3, .start = second, .end = second + absl::Hours(1)}}));
}

TEST(TakePartsTest, TheFirstPartBeginsWhereTheHandlerBegan) {
  Job job = ARunningJob();
  EXPECT_TRUE(TakeParts(job, absl::Minutes(20), kHour + absl::Minutes(10)).empty());
  EXPECT_EQ(job.started_at, kBegin) << "nothing is said of it yet";
  EXPECT_EQ(
      TakeParts(job, absl::Minutes(20), kHour + absl::Hours(1)),
      (Parts{{.number = 1, .start = kBegin + absl::Minutes(20), .end = kHour + absl::Hours(1)}}));
  EXPECT_EQ(job.started_at, kBegin + absl::Minutes(20));
  EXPECT_EQ(job.first_started_at, job.started_at);
}

TEST(TakePartsTest, AStartThatIsReportedDoesNotMoveAnyMore) {
  Job job = ARunningJob();
  TakeParts(job, absl::ZeroDuration(), kHour);
  TakeParts(job, absl::Minutes(30), kHour + absl::Hours(1));
  EXPECT_EQ(job.started_at, kBegin);
  const Job ended =
      End(job, 1, {.output = "1", .waited = absl::Minutes(30)}, 0, kHour + absl::Hours(2)).value();
  EXPECT_EQ(ended.started_at, kBegin);
  EXPECT_EQ(ended.gpu_time_us, 2 * absl::ToInt64Microseconds(absl::Minutes(135)));
  EXPECT_EQ(ended.reported, ReportedParts()) << "the next attempt begins anew";
}

TEST(TakePartsTest, AnAttemptDoesNotEndBeforeWhatIsReportedOfIt) {
  Job job = ARunningJob();
  TakeParts(job, absl::ZeroDuration(), kHour);
  const absl::Time set_back = kHour - absl::Minutes(1);
  const Job ended = End(job, 1, {.output = "1"}, 0, set_back).value();
  EXPECT_EQ(ended.completed_at, kHour);
  EXPECT_EQ(ended.gpu_time_us, 2 * absl::ToInt64Microseconds(kHour - kBegin));
  EXPECT_EQ(Cancel(job, set_back).completed_at, kHour);
}

TEST(TakePartsTest, AWaitLongerThanTheLeaseIsOldIsCutToThat) {
  Job job = ARunningJob();
  EXPECT_TRUE(TakeParts(job, absl::Hours(24), kHour + absl::Minutes(1)).empty());
  EXPECT_EQ(job.started_at, kBegin);
}

TEST(TakePartsTest, NoAttemptHasMorePartsThanTheLimit) {
  Job job = ARunningJob();
  const Parts parts =
      TakeParts(job, absl::ZeroDuration(), kBegin + absl::Hours(2), absl::Seconds(1));
  EXPECT_EQ(parts.size(), static_cast<std::size_t>(kMaxLeaseParts));
  EXPECT_TRUE(
      TakeParts(job, absl::ZeroDuration(), kBegin + absl::Hours(3), absl::Seconds(1)).empty());
  EXPECT_EQ(job.reported.until, parts.back().end);
}

}  // namespace
}  // namespace furnace::scheduler
