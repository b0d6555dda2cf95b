#include "services/scheduler/domain/job_window.h"

#include <gtest/gtest.h>

#include <string>

namespace furnace::scheduler {
namespace {

constexpr char kNight[] = "22:00-06:00,UTC,1111111";
constexpr char kDay[] = "06:00-22:00,UTC,1111111";
const absl::Time kMidnight = absl::FromCivil(absl::CivilDay(2026, 11, 21), absl::UTCTimeZone());

TEST(JobWindowTest, IsFoundInTheClass) {
  EXPECT_EQ(WindowOf("*"), "");
  EXPECT_EQ(WindowOf("a100,h100|v=24000"), "");
  EXPECT_EQ(WindowOf(std::string("*|w=") + kNight), kNight);
  EXPECT_EQ(WindowOf(std::string("a100|c=1|w=") + kNight + "|x=1"), kNight);
  EXPECT_EQ(WindowOf(AffinityClass({.gpu_types = {"a100"}, .window = kNight})), kNight);
}

TEST(JobWindowTest, OneThatMakesNoSenseIsClosed) {
  EXPECT_TRUE(IsOpen(kNight, kMidnight));
  EXPECT_FALSE(IsOpen(kDay, kMidnight));
  EXPECT_FALSE(IsOpen("22:00-06:00,Mars,1111111", kMidnight));
  EXPECT_FALSE(IsOpen("", kMidnight));
}

TEST(WithoutClosedTest, AQueueWithoutWindowsStaysAsItIs) {
  const QueueSnapshot queue{.queued = 500,
                            .running = 3,
                            .oldest_wait = absl::Seconds(9),
                            .classes = {{.queued = 5, .oldest_wait = absl::Seconds(9)}}};
  const QueueSnapshot same = WithoutClosed(queue, kMidnight);
  EXPECT_EQ(same.queued, 500);
  EXPECT_EQ(same.running, 3);
  EXPECT_EQ(same.oldest_wait, absl::Seconds(9));
  EXPECT_EQ(same.classes.size(), 1U);
}

TEST(WithoutClosedTest, JobsOfAClosedWindowDoNotCount) {
  const QueueSnapshot queue{
      .queued = 12,
      .running = 3,
      .oldest_wait = absl::Hours(9),
      .classes = {{.affinity = {.window = kDay}, .queued = 5, .oldest_wait = absl::Hours(9)},
                  {.affinity = {.window = kNight}, .queued = 4, .oldest_wait = absl::Hours(5)},
                  {.affinity = {}, .queued = 3, .oldest_wait = absl::Minutes(1)}}};
  const QueueSnapshot open = WithoutClosed(queue, kMidnight);
  EXPECT_EQ(open.queued, 7);
  EXPECT_EQ(open.running, 3);
  EXPECT_EQ(open.oldest_wait, absl::Hours(2)) << "it opened at ten";
  ASSERT_EQ(open.classes.size(), 2U);
  EXPECT_EQ(open.classes[0].oldest_wait, absl::Hours(2));
  const QueueSnapshot later = WithoutClosed(queue, kMidnight + absl::Hours(7));
  EXPECT_EQ(later.queued, 8);
  EXPECT_EQ(later.oldest_wait, absl::Hours(1));
}

}  // namespace
}  // namespace furnace::scheduler
