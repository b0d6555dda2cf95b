#include "cli/input.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "cli/exit_code.h"
#include "cli/session.h"
#include "tests/unit/cli/temporary_folder.h"

namespace furnace::cli {
namespace {

std::istringstream Nothing() { return std::istringstream(""); }

TEST(LoadInputTest, JsonStandsForItself) {
  auto input = Nothing();
  EXPECT_EQ(*LoadInput(R"({"a": 1})", input), R"({"a": 1})");
  EXPECT_EQ(*LoadInput("null", input), "null");
}

TEST(LoadInputTest, ADashIsStandardInput) {
  std::istringstream input("[1,\n2]\n");
  EXPECT_EQ(*LoadInput("-", input), "[1,\n2]\n");
}

TEST(LoadInputTest, AnAtSignIsAFile) {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "input.json";
  std::ofstream(path) << R"("text")";
  auto input = Nothing();
  EXPECT_EQ(*LoadInput("@" + path, input), R"("text")");
}

TEST(LoadInputTest, MistakesAreTheCallersAndSayWhat) {
  auto input = Nothing();
  for (const char* argument : {"@/no/such/file", "@/", "{", "", "-", "{} {}"}) {
    const auto loaded = LoadInput(argument, input);
    ASSERT_FALSE(loaded.ok()) << argument;
    EXPECT_EQ(ExitCodeOf(loaded.status()), kExitUsage) << argument;
    EXPECT_TRUE(std::string(loaded.status().message()).starts_with("--input: ")) << argument;
  }
}

TEST(LoadInputTest, TooMuchIsRefusedNotCut) {
  std::istringstream input("\"" + std::string(kMaxInputBytes, 'x') + "\"");
  EXPECT_FALSE(LoadInput("-", input).ok());
}

TEST(LoadLinesTest, EachLineIsAnInputAndEmptyOnesAreLeftOut) {
  std::istringstream input("1\n\n{\"a\": 2}\r\n \n\"three\"");
  EXPECT_EQ(*LoadLines("-", input), (std::vector<std::string>{"1", "{\"a\": 2}\r", "\"three\""}));
}

TEST(LoadLinesTest, MistakesAreTheCallersAndNameTheLine) {
  struct Case {
    std::string text;
    std::string word;
  };
  const Case cases[] = {
      {"", "0 inputs"},
      {"\n \n", "0 inputs"},
      {"1\n\n{\n", "line 3: "},
      {"1 2\n", "line 1: "},
      {[] {
         std::string many;
         for (std::size_t i = 0; i <= kMaxLines; ++i) many += "1\n";
         return many;
       }(),
       "1001 inputs"},
      {std::string(kMaxInputBytes + 1, '1'), "longer than 10 MiB"},
  };
  for (const Case& c : cases) {
    std::istringstream input(c.text);
    const auto lines = LoadLines("-", input);
    ASSERT_FALSE(lines.ok()) << c.word;
    EXPECT_EQ(ExitCodeOf(lines.status()), kExitUsage);
    EXPECT_NE(lines.status().message().find(c.word), std::string::npos) << lines.status();
  }
  auto input = Nothing();
  for (const char* argument : {"@/no/such/file", "[1]", ""}) {
    EXPECT_FALSE(LoadLines(argument, input).ok()) << argument;
  }
}

}  // namespace
}  // namespace furnace::cli
