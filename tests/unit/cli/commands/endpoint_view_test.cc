#include "cli/commands/endpoint_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace furnace::cli {
namespace {

using testing::ContainsRegex;
using testing::Not;

std::string Describe(const std::string& spec) {
  return DescribeEndpoint(*Answer::Parse(R"({"id":"e-1","status":"PAUSED","spec":)" + spec + "}"));
}

TEST(DescribeEndpointTest, ShowsThePolicies) {
  const std::string shown =
      Describe(R"({"name":"up","max_retries":3,"init_timeout_seconds":420,)"
               R"("retry":{"backoff_ms":500,"max_backoff_ms":60000,"no_retry_on":["TIMEOUT"]},)"
               R"("queue":{"head_start_ms":60000,"ttl_seconds":30,"max_concurrency":2,)"
               R"("max_queued":100000,"idempotency_ttl_seconds":86400}})");
  EXPECT_THAT(shown, ContainsRegex("status +PAUSED\n"));
  EXPECT_THAT(shown, ContainsRegex("start within +420 s\n"));
  EXPECT_THAT(
      shown,
      ContainsRegex("retries +3, after up to 500 ms, doubling to 1 min 00 s; none on TIMEOUT\n"));
  EXPECT_THAT(shown, ContainsRegex("priority +1 min 00 s ahead for each step\n"));
  EXPECT_THAT(shown, ContainsRegex("time to live +30 s\n"));
  EXPECT_THAT(shown, ContainsRegex("running at most +2\n"));
  EXPECT_THAT(shown, ContainsRegex("queued at most +100000\n"));
  EXPECT_THAT(shown, ContainsRegex("keys remembered +86400 s\n"));
}

TEST(DescribeEndpointTest, ShowsWhatHasNoLimit) {
  const std::string shown = Describe(R"({"queue":{"strict_priority":true}})");
  EXPECT_THAT(shown, ContainsRegex("priority +strict\n"));
  EXPECT_THAT(shown, ContainsRegex("time to live +for ever\n"));
  EXPECT_THAT(shown, ContainsRegex("running at most +any\n"));
  EXPECT_THAT(shown, Not(ContainsRegex("none on")));
}

TEST(DescribeHealthTest, ShowsEveryCount) {
  const std::string shown = DescribeHealth(*Answer::Parse(
      R"({"jobs":{"in_queue":1,"in_progress":2,"completed":3,"failed":4,"retried":5},)"
      R"("workers":{"starting":6,"idle":7,"running":8,"draining":9}})"));
  EXPECT_THAT(shown, ContainsRegex("jobs in queue +1\njobs in progress +2\njobs completed +3\n"
                                   "jobs failed +4\njobs retried +5\nworkers starting +6\n"
                                   "workers idle +7\nworkers running +8\nworkers draining +9\n"));
}

}  // namespace
}  // namespace furnace::cli
