#include "cli/commands/schedule_spec.h"

#include <gtest/gtest.h>

namespace furnace::cli {
namespace {

TEST(ScheduleJsonTest, HoldsOnlyWhatWasGiven) {
  const ScheduleOptions options{.name = "report", .cron = "@daily"};
  EXPECT_EQ(ScheduleJson(options, "[1]"), R"({"name":"report","cron":"@daily","input":[1]})");
}

TEST(ScheduleJsonTest, HoldsAllThatWasGiven) {
  const ScheduleOptions options{.name = "report",
                                .cron = "0 6 * * mon-fri",
                                .time_zone = "Europe/Berlin",
                                .priority = -3,
                                .ttl_seconds = 60,
                                .timeout_seconds = 5,
                                .concurrency_key = "k",
                                .webhook = "http://a",
                                .window = "22:00-06:00",
                                .tags = {"team=red"},
                                .missed_runs = "RUN_ALL",
                                .overlap = "SKIP"};
  EXPECT_EQ(ScheduleJson(options, "1"),
            R"({"name":"report","cron":"0 6 * * mon-fri","time_zone":"Europe/Berlin","input":1,)"
            R"("priority":-3,"options":{"ttl_seconds":60,"timeout_seconds":5,)"
            R"("concurrency_key":"k","window":{"start":"22:00","end":"06:00"},)"
            R"("webhook":{"url":"http://a"},"tags":{"team":"red"}},)"
            R"("missed_runs":"RUN_ALL","overlap":"SKIP"})");
}

}  // namespace
}  // namespace furnace::cli
