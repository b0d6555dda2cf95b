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

}  // namespace
}  // namespace furnace::cli
