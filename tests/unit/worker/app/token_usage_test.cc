#include "services/worker/app/token_usage.h"

#include <gtest/gtest.h>

#include <string>

#include "libs/common/json/json.h"

namespace furnace::worker {
namespace {

struct UsageCase {
  const char* name;
  std::string output;
  std::int64_t tokens;
};

class WorkerTokenUsageTest : public ::testing::TestWithParam<UsageCase> {};

TEST_P(WorkerTokenUsageTest, IsWhatTheOutputTells) {
  ASSERT_TRUE(json::Validate(GetParam().output).ok());
  EXPECT_EQ(TokensOf(GetParam().output), GetParam().tokens);
}

// Events as a worker streams them: one JSON string.
std::string Events(const std::string& text) { return json::Quote(text); }

INSTANTIATE_TEST_SUITE_P(
    Shapes, WorkerTokenUsageTest,
    ::testing::ValuesIn<UsageCase>({
        {"Total", R"({"usage": {"prompt_tokens": 5, "total_tokens": 9}})", 9},
        {"Sum", R"({"usage":{"prompt_tokens":5,"completion_tokens":4}})", 9},
        {"PromptOnly", R"({"usage":{"prompt_tokens":5,"completion_tokens":null}})", 5},
        {"Responses", R"({"usage":{"input_tokens":5,"output_tokens":4}})", 9},
        {"Vllm", R"({"choices":[{"tokens":["a"]}],"usage":{"input":5,"output":4}})", 9},
        {"Streamed", R"([{"usage":{"input":5,"output":2}},{"usage":{"input":5,"output":4}}])", 9},
        {"LastThatTells", R"([{"usage":{"total_tokens":9}},{"usage":null},{"text":"usage"},1])", 9},
        {"ListsOfChunks", R"([[{"usage":{"total_tokens":3}}],[{"usage":{"total_tokens":9}},{}]])",
         9},
        {"Events", Events("data: {\"usage\":{\"total_tokens\":9}}\n\ndata: [DONE]\n\n"), 9},
        {"EventsInAList",
         "[" + Events("data: {\"usage\":{\"total_tokens\":3}}\n\n") + "," +
             Events("data:{\"usage\":{\"total_tokens\":9}}\n\n") + ",\"data: usage\"]",
         9},
        {"Largest", R"({"usage":{"total_tokens":1000000000000}})", kTokensMax},
    }),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    NotKnown, WorkerTokenUsageTest,
    ::testing::ValuesIn<UsageCase>({
        {"NoUsage", R"({"text":"usage"})", 0},
        {"Null", "null", 0},
        {"Number", "7", 0},
        {"Text", R"("the usage is {\"usage\":{\"total_tokens\":9}}")", 0},
        {"UsageOfAnotherShape", R"({"usage":[{"total_tokens":9}]})", 0},
        {"UsageIsAText", R"({"usage":"{\"total_tokens\":9}"})", 0},
        {"Deeper", R"({"response":{"usage":{"total_tokens":9}}})", 0},
        {"DeeperLists", R"([[[{"usage":{"total_tokens":9}}]]])", 0},
        {"Negative", R"({"usage":{"total_tokens":-9}})", 0},
        {"NegativePart", R"({"usage":{"input":5,"output":-4}})", 5},
        {"Fraction", R"({"usage":{"total_tokens":9.0}})", 0},
        {"Exponent", R"({"usage":{"total_tokens":9e2}})", 0},
        {"DigitsInAText", R"({"usage":{"total_tokens":"9"}})", 0},
        {"Nested", R"({"usage":{"total_tokens":{"total_tokens":9}}})", 0},
        {"TooMany", R"({"usage":{"total_tokens":1000000000001}})", 0},
        {"TooManyTogether", R"({"usage":{"input":1000000000000,"output":1}})", 0},
        {"NoInt64", R"({"usage":{"total_tokens":99999999999999999999999999}})", 0},
        {"BrokenEvents", Events("data: {\"usage\":{\"total_tokens\":9}\n\ndata: usage"), 0},
    }),
    [](const auto& test) { return test.param.name; });

TEST(WorkerTokenUsageLimitsTest, ALargeOutputIsNotLookedAt) {
  const std::string end = R"(","usage":{"total_tokens":9}})";
  std::string output = R"({"text":")";
  output += std::string(kTokenUsageBytesMax - output.size() - end.size(), 'x') + end;
  EXPECT_EQ(TokensOf(output), 9);
  output.insert(9, 1, 'x');
  EXPECT_EQ(TokensOf(output), 0);
}

TEST(WorkerTokenUsageLimitsTest, OfManyElementsOnlyTheLastAreLookedAt) {
  std::string list = R"([{"usage":{"total_tokens":9}})";
  for (int i = 0; i < 99; ++i) list += R"(,{"usage":0})";
  EXPECT_EQ(TokensOf(list + "]"), 0);
  std::string text = "data: {\"usage\":{\"total_tokens\":9}}\n";
  for (int i = 0; i < 99; ++i) text += "data: {\"usage\":0}\n";
  EXPECT_EQ(TokensOf(Events(text)), 0);
}

}  // namespace
}  // namespace furnace::worker
