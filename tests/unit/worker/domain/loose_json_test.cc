#include "services/worker/domain/loose_json.h"

#include <gtest/gtest.h>

namespace furnace::worker {
namespace {

struct LooseCase {
  std::string name;
  std::string text;
  std::string strict;
};

class WorkerLooseJsonTest : public ::testing::TestWithParam<LooseCase> {};

TEST_P(WorkerLooseJsonTest, IsPutRight) {
  EXPECT_EQ(StrictJson(GetParam().text), GetParam().strict);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WorkerLooseJsonTest,
    ::testing::ValuesIn<LooseCase>({
        {"Nothing", "", ""},
        {"Strict", R"({"a": [1, -2.5e3, "x\"\\\n"], "b": null})",
         R"({"a": [1, -2.5e3, "x\"\\\n"], "b": null})"},
        {"NaN", R"({"a": NaN})", R"({"a": null})"},
        {"Infinities", "[Infinity, -Infinity,1]", "[null, null,1]"},
        {"InsideAString", R"(["NaN", "-Infinity"])", R"(["NaN", "-Infinity"])"},
        {"AfterAnEscapedQuote", R"(["\"NaN", NaN])", R"(["\"NaN", null])"},
        {"AfterABackslash", R"(["\\", NaN])", R"(["\\", null])"},
        {"AsAKey", R"({"NaN":NaN})", R"({"NaN":null})"},
        {"APair", R"("\ud83d\ude00")", R"("\ud83d\ude00")"},
        {"AHighHalf", R"("a\ud800b")", R"("a\ufffdb")"},
        {"ALowHalf", R"("\uDC80")", R"("\ufffd")"},
        {"TwoHighHalves", R"("\ud800\ud83d\ude00")", R"("\ufffd\ud83d\ude00")"},
        {"ReversedHalves", R"("\ude00\ud83d")", R"("\ufffd\ufffd")"},
        {"NoHex", R"("\uZZZZ")", R"("\uZZZZ")"},
        {"CutEscape", R"("\)", R"("\)"},
        {"CutUnicode", R"("\ud8)", R"("\ud8)"},
        {"CutString", R"("abc)", R"("abc)"},
        {"LoneQuote", R"(")", R"(")"},
    }),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace furnace::worker
