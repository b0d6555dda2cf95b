#include "cli/commands/endpoint_spec.h"

#include <gtest/gtest.h>

#include "cli/exit_code.h"
#include "cli/session.h"
#include "libs/common/json/json.h"

namespace furnace::cli {
namespace {

TEST(SpecJsonTest, WhatWasNotGivenIsLeftToTheServer) {
  EXPECT_EQ(*SpecJson({.name = "a", .image = "b"}), R"({"name":"a","image_uri":"b"})");
}

TEST(SpecJsonTest, HoldsEverythingGiven) {
  EndpointOptions options;
  options.name = "up";
  options.image = "file:///x";
  options.handler = "h.py";
  options.gpus = {"rtx4090", "rtx4000"};
  options.env = {"A=1", "B=x=y", "EMPTY="};
  options.scaler_type = "REQUEST_COUNT";
  options.gpu_count = 2;
  options.vram_min_mib = 1;
  options.timeout_seconds = 3;
  options.min_workers = 0;
  options.max_workers = 4;
  options.idle_timeout_seconds = 5;
  options.scaler_value = 6;
  options.max_retries = 7;
  options.backoff_ms = 8;
  options.max_backoff_ms = 9;
  options.no_retry_on = {"TIMEOUT", "HANDLER_ERROR"};
  options.head_start_ms = 10;
  options.strict_priority = true;
  options.ttl_seconds = 11;
  options.max_concurrency = 12;
  options.max_queued = 13;
  options.idempotency_ttl_seconds = 14;
  options.init_timeout_seconds = 15;
  EXPECT_EQ(*SpecJson(options),
            R"({"name":"up","image_uri":"file:///x","handler_path":"h.py",)"
            R"("gpu_types":["rtx4090","rtx4000"],"env":{"A":"1","B":"x=y","EMPTY":""},)"
            R"("gpu_count":2,"vram_min_mib":1,"timeout_seconds":3,"min_workers":0,)"
            R"("max_workers":4,"idle_timeout_seconds":5,"scaler_type":"REQUEST_COUNT",)"
            R"("scaler_value":6,"max_retries":7,"retry":{"backoff_ms":8,"max_backoff_ms":9,)"
            R"("no_retry_on":["TIMEOUT","HANDLER_ERROR"]},"queue":{"head_start_ms":10,)"
            R"("strict_priority":true,"ttl_seconds":11,"max_concurrency":12,"max_queued":13,)"
            R"("idempotency_ttl_seconds":14},"init_timeout_seconds":15})");
}

TEST(SpecJsonTest, TextIsQuoted) {
  const auto json = SpecJson({.name = "a\"b\\", .image = "line\nbreak", .env = {"Q=\"\x01"}});
  ASSERT_TRUE(json.ok());
  EXPECT_TRUE(json::Validate(*json).ok()) << *json;
}

constexpr char kStored[] =
    R"({"name":"up","image_uri":"b","env":{"A":"1","B":"2"},"gpu_types":["a100"],)"
    R"("retry":{"backoff_ms":5,"no_retry_on":["TIMEOUT"]},"queue":{"strict_priority":true},)"
    R"("newer":{"x":1}})";

TEST(SpecJsonTest, AnUpdateKeepsWhatWasNotGiven) {
  EXPECT_EQ(*SpecJson({}, kStored), kStored);
  EndpointOptions options;
  options.image = "c";
  options.backoff_ms = 6;
  options.strict_priority = false;
  EXPECT_EQ(*SpecJson(options, kStored),
            R"({"name":"up","env":{"A":"1","B":"2"},"gpu_types":["a100"],"newer":{"x":1},)"
            R"("image_uri":"c","retry":{"no_retry_on":["TIMEOUT"],"backoff_ms":6},)"
            R"("queue":{"strict_priority":false}})");
}

TEST(SpecJsonTest, AnUpdateOfTheEnvironmentIsNameByName) {
  EndpointOptions options;
  options.env = {"B=3", "C=4"};
  options.unset_env = {"A", "UNKNOWN"};
  EXPECT_EQ(*SpecJson(options, R"({"env":{"A":"1","B":"2","D":"5"}})"),
            R"({"env":{"D":"5","B":"3","C":"4"}})");
  EXPECT_EQ(*SpecJson({.unset_env = {"A"}}, R"({"env":{"A":"1"}})"), R"({"env":{}})");
}

TEST(SpecJsonTest, AnUpdateReplacesOtherLists) {
  EXPECT_EQ(*SpecJson({.gpus = {"h100"}}, R"({"gpu_types":["a100","rtx4000"]})"),
            R"({"gpu_types":["h100"]})");
  EXPECT_EQ(*SpecJson({.no_retry_on = {"NONE"}}, R"({"retry":{"no_retry_on":["TIMEOUT"]}})"),
            R"({"retry":{"no_retry_on":[]}})");
}

TEST(SpecJsonTest, AWebhookIsSetAndTakenAway) {
  EXPECT_EQ(*SpecJson({.webhook = "http://a", .webhook_format = "RUNPOD"}),
            R"({"webhook":{"url":"http://a","format":"RUNPOD"}})");
  EXPECT_EQ(*SpecJson({.webhook = ""}, R"({"webhook":{"url":"http://a"}})"), R"({"webhook":null})");
}

TEST(SpecJsonTest, NoneBesideACauseIsAUsageError) {
  const auto json = SpecJson({.no_retry_on = {"TIMEOUT", "NONE"}});
  ASSERT_FALSE(json.ok());
  EXPECT_EQ(ExitCodeOf(json.status()), kExitUsage);
}

TEST(SpecJsonTest, BadEnvironmentIsAUsageError) {
  for (const std::vector<std::string>& env :
       {std::vector<std::string>{"NOVALUE"}, {"=x"}, {""}, {"A=1", "A=2"}}) {
    const auto json = SpecJson({.name = "a", .image = "b", .env = env});
    ASSERT_FALSE(json.ok()) << env.front();
    EXPECT_EQ(ExitCodeOf(json.status()), kExitUsage);
  }
}

}  // namespace
}  // namespace furnace::cli
