#include "cli/session.h"

#include <gtest/gtest.h>

#include "cli/exit_code.h"

namespace furnace::cli {
namespace {

TEST(ExitCodeOfTest, OnlyUsageErrorsAreTheUsers) {
  EXPECT_EQ(ExitCodeOf(UsageError("bad --env")), kExitUsage);
  EXPECT_EQ(ExitCodeOf(absl::InvalidArgumentError("the server says")), kExitError);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("away")), kExitError);
}

TEST(JoinItemsTest, KeepsEachItemAsItCame) {
  const auto list = Answer::Parse(R"({"jobs":[{"b": 1,"a":2},{}]})");
  EXPECT_EQ(JoinItems("jobs", list->Items("jobs")), R"({"jobs":[{"b": 1,"a":2},{}]})");
  EXPECT_EQ(JoinItems("jobs", {}), R"({"jobs":[]})");
}

}  // namespace
}  // namespace furnace::cli
