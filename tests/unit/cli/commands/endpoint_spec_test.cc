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
  EXPECT_EQ(*SpecJson(options),
            R"({"name":"up","image_uri":"file:///x","handler_path":"h.py",)"
            R"("gpu_types":["rtx4090","rtx4000"],"env":{"A":"1","B":"x=y","EMPTY":""},)"
            R"("gpu_count":2,"vram_min_mib":1,"timeout_seconds":3,"min_workers":0,)"
            R"("max_workers":4,"idle_timeout_seconds":5,"scaler_type":"REQUEST_COUNT",)"
            R"("scaler_value":6,"max_retries":7})");
}

TEST(SpecJsonTest, TextIsQuoted) {
  const auto json = SpecJson({.name = "a\"b\\", .image = "line\nbreak", .env = {"Q=\"\x01"}});
  ASSERT_TRUE(json.ok());
  EXPECT_TRUE(json::Validate(*json).ok()) << *json;
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
