#include "services/scheduler/domain/init_timeout.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

struct InitTimeoutCase {
  std::string name;
  int spec;
  std::map<std::string, std::string> env;
  int seconds;
};

class InitTimeoutTest : public ::testing::TestWithParam<InitTimeoutCase> {};

TEST_P(InitTimeoutTest, IsTheVariablesOrTheSpecs) {
  EXPECT_EQ(InitTimeout(GetParam().spec, GetParam().env), absl::Seconds(GetParam().seconds));
}

INSTANTIATE_TEST_SUITE_P(Table, InitTimeoutTest,
                         ::testing::ValuesIn<InitTimeoutCase>({
                             {"Neither", 0, {}, 420},
                             {"TheSpecs", 60, {{"OTHER", "1"}}, 60},
                             {"TheVariables", 60, {{"RUNPOD_INIT_TIMEOUT", "900"}}, 900},
                             {"NoNumber", 60, {{"RUNPOD_INIT_TIMEOUT", "9m"}}, 60},
                             {"Empty", 60, {{"RUNPOD_INIT_TIMEOUT", ""}}, 60},
                             {"Zero", 60, {{"RUNPOD_INIT_TIMEOUT", "0"}}, 60},
                             {"Negative", 60, {{"RUNPOD_INIT_TIMEOUT", "-5"}}, 60},
                             {"TooLong", 60, {{"RUNPOD_INIT_TIMEOUT", "3601"}}, 60},
                         }),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace furnace::scheduler
