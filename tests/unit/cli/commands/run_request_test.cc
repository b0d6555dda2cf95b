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
                              .critical = true,
                              .gpus = {"h100"},
                              .vram_min_mib = 3,
                              .region = "eu",
                              .latency_sensitive = true,
                              .model = "m"};
  EXPECT_EQ(RunJson(options, "null"),
            R"({"input":null,"priority":-3,"options":{"not_before":"2030-01-01T00:00:00Z",)"
            R"("ttl_seconds":1,"timeout_seconds":2,"idempotency_key":"a\"b",)"
            R"("concurrency_key":"user-7","critical":true,"affinity":{"gpu_types":["h100"],)"
            R"("vram_min_mib":3,"region":"eu","latency_sensitive":true,"model":"m"}}})");
}

}  // namespace
}  // namespace furnace::cli
