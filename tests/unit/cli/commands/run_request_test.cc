#include "cli/commands/run_request.h"

#include <gtest/gtest.h>

namespace furnace::cli {
namespace {

TEST(RunJsonTest, WhatWasNotGivenIsLeftToTheServer) {
  EXPECT_EQ(RunJson({}, "[1, 2]"), R"({"input":[1, 2],"priority":0})");
}

TEST(RunJsonTest, HoldsEverythingGiven) {
  const JobOptions options = {.priority = -3,
                              .not_before = "2030-01-01T00:00:00Z",
                              .ttl_seconds = 1,
                              .timeout_seconds = 2,
                              .idempotency_key = "a\"b",
                              .concurrency_key = "user-7",
                              .ack = "PERSISTED",
                              .depends_on = {"a", "b"},
                              .on_parent_failure = "SKIP",
                              .window = "22:00-06:00",
                              .critical = true,
                              .starts_no_worker = true,
                              .gpus = {"h100"},
                              .vram_min_mib = 3,
                              .region = "eu",
                              .latency_sensitive = true,
                              .model = "m",
                              .webhook = "http://a/\"",
                              .webhook_format = "RUNPOD",
                              .tags = {"team=red", "a=b=c"}};
  EXPECT_EQ(RunJson(options, "null"),
            R"({"input":null,"priority":-3,"options":{"not_before":"2030-01-01T00:00:00Z",)"
            R"("ttl_seconds":1,"timeout_seconds":2,"idempotency_key":"a\"b",)"
            R"("concurrency_key":"user-7","ack":"PERSISTED","depends_on":["a","b"],)"
            R"("on_parent_failure":"SKIP","window":{"start":"22:00","end":"06:00"},)"
            R"("webhook":{"url":"http://a/\"","format":"RUNPOD"},)"
            R"("critical":true,"starts_no_worker":true,"tags":{"a":"b=c","team":"red"},)"
            R"("affinity":{"gpu_types":["h100"],)"
            R"("vram_min_mib":3,"region":"eu","latency_sensitive":true,"model":"m"}}})");
}

TEST(TagsJsonTest, TheLastValueOfANameCounts) {
  EXPECT_EQ(TagsJson({"b=1", "a=\"", "b=2", "c="}), R"({"a":"\"","b":"2","c":""})");
}

TEST(TagsJsonTest, ANameAloneIsNoTag) {
  EXPECT_EQ(IsTag("a=b"), "");
  EXPECT_EQ(IsTag("="), "");  // Whatever else is wrong is for the server to say.
  EXPECT_NE(IsTag("a"), "");
  EXPECT_NE(IsTag(""), "");
}

TEST(WindowJsonTest, ZoneAndDaysMayBeLeftOut) {
  EXPECT_EQ(WindowJson("22:00-06:00"), R"({"start":"22:00","end":"06:00"})");
  EXPECT_EQ(WindowJson("22:00-06:00@Europe/Berlin"),
            R"({"start":"22:00","end":"06:00","time_zone":"Europe/Berlin"})");
  EXPECT_EQ(WindowJson("22:00-06:00@UTC@mon,Tuesday,SAT"),
            R"({"start":"22:00","end":"06:00","time_zone":"UTC",)"
            R"("days":["MONDAY","TUESDAY","SATURDAY"]})");
}

TEST(WindowJsonTest, WhatIsWrongIsForTheServerToSay) {
  EXPECT_EQ(WindowJson("a-b@c@d"), R"({"start":"a","end":"b","time_zone":"c","days":["D"]})");
}

TEST(WindowJsonTest, ATimeAloneIsNoWindow) {
  EXPECT_EQ(IsWindow("22:00-06:00@Europe/Berlin"), "");
  EXPECT_NE(IsWindow("22:00"), "");
  EXPECT_NE(IsWindow("22:00@Etc/GMT-5"), "");
  EXPECT_NE(IsWindow(""), "");
}

}  // namespace
}  // namespace furnace::cli
