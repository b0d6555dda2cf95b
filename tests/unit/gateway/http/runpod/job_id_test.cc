#include "services/gateway/http/runpod/job_id.h"

#include <gtest/gtest.h>

namespace furnace::gateway::http::runpod {
namespace {

TEST(JobIdOfTest, TheSyncPrefixIsLeftOut) {
  EXPECT_EQ(JobIdOf("sync-a-b"), "a-b");
  EXPECT_EQ(JobIdOf("a-b"), "a-b");
  EXPECT_EQ(JobIdOf("sync-"), "");
}

}  // namespace
}  // namespace furnace::gateway::http::runpod
