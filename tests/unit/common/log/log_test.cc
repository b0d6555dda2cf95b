#include "libs/common/log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "libs/common/json/json.h"

namespace furnace::log {
namespace {

using testing::ElementsAre;

using Fields = std::map<std::string, std::string>;

// What `work` logs, a map of fields for each line.
std::vector<Fields> Captured(const std::function<void()>& work) {
  testing::internal::CaptureStderr();
  work();
  spdlog::default_logger()->flush();
  std::istringstream lines(testing::internal::GetCapturedStderr());
  std::vector<Fields> captured;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(json::Validate(line).ok()) << line;
    const auto members = json::Members(line);
    Fields& fields = captured.emplace_back();
    for (const json::Member& member : *members) fields[member.key] = *json::AsString(member.value);
  }
  return captured;
}

class LogTest : public testing::Test {
 protected:
  LogTest() { EXPECT_TRUE(log::SetUp("registry", "info").ok()); }
};

TEST_F(LogTest, ALineIsOneFlatJsonObject) {
  const auto lines = Captured([] { spdlog::info("job {} is \"done\"\nreally", 7); });
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].size(), 4u);
  EXPECT_EQ(lines[0].at("service"), "registry");
  EXPECT_EQ(lines[0].at("level"), "info");
  EXPECT_EQ(lines[0].at("msg"), "job 7 is \"done\"\nreally");
}

TEST_F(LogTest, TheTimeIsIso8601WithMillisecondsAndZ) {
  const absl::Time before = absl::Now() - absl::Seconds(1);
  const auto lines = Captured([] { spdlog::info("x"); });
  const std::string& text = lines.at(0).at("ts");
  EXPECT_THAT(text, testing::MatchesRegex("....-..-..T..:..:..\\....Z"));
  absl::Time time;
  std::string error;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  EXPECT_GT(time, before);
}

TEST_F(LogTest, BytesThatAreNoUtf8DoNotBreakTheLine) {
  const auto lines = Captured([] { spdlog::warn("a{}b", "\xff"); });
  EXPECT_EQ(lines.at(0).at("msg"),
            "a\xef\xbf\xbd"
            "b");
}

TEST_F(LogTest, LevelsHaveThePlatformsNames) {
  ASSERT_TRUE(log::SetUp("registry", "trace").ok());
  const auto lines = Captured([] {
    spdlog::trace("x");
    spdlog::debug("x");
    spdlog::info("x");
    spdlog::warn("x");
    spdlog::error("x");
    spdlog::critical("x");
  });
  std::vector<std::string> levels;
  for (const Fields& line : lines) levels.push_back(line.at("level"));
  EXPECT_THAT(levels, ElementsAre("debug", "debug", "info", "warn", "error", "fatal"));
}

TEST_F(LogTest, LinesBelowTheLevelAreNotWritten) {
  ASSERT_TRUE(log::SetUp("registry", "error").ok());
  const auto lines = Captured([] {
    spdlog::warn("quiet");
    spdlog::error("loud");
  });
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].at("msg"), "loud");
}

TEST_F(LogTest, TakesTheLevelsItDocumentsAndNoOther) {
  for (const char* level : {"trace", "debug", "info", "warn", "error", "fatal"}) {
    EXPECT_TRUE(log::SetUp("registry", level).ok()) << level;
  }
  for (const char* level : {"", "INFO", "verbose"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(log::SetUp("registry", level))) << level;
  }
}

TEST_F(LogTest, ARequestScopeNamesTheRequestOfItsThread) {
  const auto lines = Captured([] {
    const RequestScope outer("r-1");
    spdlog::info("outer");
    {
      const RequestScope inner("r-2");
      spdlog::info("inner");
    }
    spdlog::info("outer again");
    std::thread([] { spdlog::info("elsewhere"); }).join();
  });
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0].at("request_id"), "r-1");
  EXPECT_EQ(lines[1].at("request_id"), "r-2");
  EXPECT_EQ(lines[2].at("request_id"), "r-1");
  EXPECT_EQ(lines[3].count("request_id"), 0u);
}

TEST_F(LogTest, ThreadsDoNotMixTheirLines) {
  constexpr int kThreads = 4;
  constexpr int kLines = 200;
  const auto lines = Captured([] {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([i] {
        for (int n = 0; n < kLines; ++n) spdlog::info("{}-{}", i, n);
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  EXPECT_EQ(lines.size(), static_cast<std::size_t>(kThreads * kLines));
}

}  // namespace
}  // namespace furnace::log
