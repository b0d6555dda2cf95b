#include "services/registry/domain/retry_policy.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace furnace::registry {
namespace {

TEST(NormaliseRetryTest, FillsInTheDefaults) {
  const auto policy = Normalise(RetryDraft());
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->backoff_ms, 1'000);
  EXPECT_EQ(policy->max_backoff_ms, 60'000);
  EXPECT_TRUE(policy->no_retry_on.empty());
}

TEST(NormaliseRetryTest, KeepsTheCauses) {
  RetryDraft draft;
  draft.no_retry_on = {FailureCause::kTimeout, FailureCause::kHandlerExited};
  EXPECT_EQ(Normalise(draft)->no_retry_on, draft.no_retry_on);
}

struct BackoffCase {
  const char* name;
  std::optional<int> backoff_ms;
  std::optional<int> max_backoff_ms;
  int max = 0;        // What max_backoff_ms comes to.
  std::string error;  // Empty: accepted.
};

class BackoffCaseTest : public testing::TestWithParam<BackoffCase> {};

TEST_P(BackoffCaseTest, AcceptsOrNamesTheFieldAndItsRule) {
  const BackoffCase& given = GetParam();
  const auto policy = Normalise(RetryDraft{
      .backoff_ms = given.backoff_ms, .max_backoff_ms = given.max_backoff_ms, .no_retry_on = {}});
  if (given.error.empty()) {
    ASSERT_TRUE(policy.ok()) << policy.status();
    EXPECT_EQ(policy->max_backoff_ms, given.max);
  } else {
    EXPECT_EQ(policy.status(), absl::InvalidArgumentError(given.error));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, BackoffCaseTest,
                         testing::ValuesIn<BackoffCase>({
                             {"Both", 500, 4'000, 4'000, ""},
                             {"Equal", 500, 500, 500, ""},
                             {"NoWaitAtAll", 0, 0, 0, ""},
                             {"NoFirstWait", 0, std::nullopt, 60'000, ""},
                             {"TheMaximumFollowsALongBackoff", 90'000, std::nullopt, 90'000, ""},
                             {"Most", 3'600'000, 86'400'000, 86'400'000, ""},
                             {"NegativeBackoff", -1, std::nullopt, 0,
                              "spec.retry.backoff_ms: -1 is not from 0 to 3600000"},
                             {"LongBackoff", 3'600'001, std::nullopt, 0,
                              "spec.retry.backoff_ms: 3600001 is not from 0 to 3600000"},
                             {"NegativeMaximum", 0, -1, 0,
                              "spec.retry.max_backoff_ms: -1 is not from 0 to 86400000"},
                             {"LongMaximum", 0, 86'400'001, 0,
                              "spec.retry.max_backoff_ms: 86400001 is not from 0 to 86400000"},
                             {"MaximumBelowBackoff", 500, 499, 0,
                              "spec.retry.max_backoff_ms: 499 is less than backoff_ms, 500"},
                             {"MaximumBelowDefaultBackoff", std::nullopt, 999, 0,
                              "spec.retry.max_backoff_ms: 999 is less than backoff_ms, 1000"},
                         }),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace furnace::registry
