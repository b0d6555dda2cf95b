#include "libs/common/config/env.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sysexits.h>

#include <map>
#include <string>

namespace furnace::config {
namespace {

using testing::HasSubstr;
using testing::Not;

class EnvTest : public testing::Test {
 protected:
  std::map<std::string, std::string> variables_;
  Env env_{[this](const char* name) {
    const auto found = variables_.find(name);
    return found == variables_.end() ? nullptr : found->second.c_str();
  }};
};

TEST_F(EnvTest, AnUnsetVariableKeepsTheDefault) {
  std::string text = "default";
  int number = 7;
  bool flag = true;
  absl::Duration duration = absl::Seconds(3);
  env_.Text("TEXT", "", &text);
  env_.Int("INT", "", 0, 10, &number);
  env_.Bool("BOOL", "", &flag);
  env_.Duration("DURATION", "", absl::ZeroDuration(), absl::Minutes(1), &duration);
  EXPECT_TRUE(env_.Finish().ok());
  EXPECT_EQ(text, "default");
  EXPECT_EQ(number, 7);
  EXPECT_TRUE(flag);
  EXPECT_EQ(duration, absl::Seconds(3));
}

TEST_F(EnvTest, AnEmptyVariableKeepsTheDefaultOfNumbersFlagsAndDurations) {
  variables_ = {{"INT", ""}, {"BOOL", ""}, {"DURATION", ""}};
  int number = 7;
  bool flag = true;
  absl::Duration duration = absl::Seconds(3);
  env_.Int("INT", "", 0, 10, &number);
  env_.Bool("BOOL", "", &flag);
  env_.Duration("DURATION", "", absl::ZeroDuration(), absl::Minutes(1), &duration);
  EXPECT_TRUE(env_.Finish().ok());
  EXPECT_EQ(number, 7);
  EXPECT_TRUE(flag);
  EXPECT_EQ(duration, absl::Seconds(3));
}

TEST_F(EnvTest, AnEmptyTextTurnsOffWhatTheDefaultTurnsOn) {
  variables_ = {{"FURNACE_METRICS_LISTEN", ""}};
  std::string listen = "0.0.0.0:4215";
  env_.Text("FURNACE_METRICS_LISTEN", "", &listen);
  EXPECT_EQ(listen, "");
}

TEST_F(EnvTest, ReadsEveryKind) {
  variables_ = {{"TEXT", "a b"},  {"SECRET", "s"},      {"INT", "-5"},         {"ON", "1"},
                {"OFF", "false"}, {"DURATION", "1.5s"}, {"LONG", "5000000000"}};
  std::string text, secret;
  int number = 0;
  bool on = false, off = true;
  absl::Duration duration;
  env_.Text("TEXT", "", &text);
  env_.Secret("SECRET", "", &secret);
  env_.Int("INT", "", -5, 5, &number);
  std::int64_t large = 0;
  env_.Int64("LONG", "", 0, 5'000'000'000, &large);
  env_.Bool("ON", "", &on);
  env_.Bool("OFF", "", &off);
  env_.Duration("DURATION", "", absl::ZeroDuration(), absl::Minutes(1), &duration);
  EXPECT_TRUE(env_.Finish().ok()) << env_.Finish();
  EXPECT_EQ(large, 5'000'000'000);
  EXPECT_EQ(text, "a b");
  EXPECT_EQ(secret, "s");
  EXPECT_EQ(number, -5);
  EXPECT_TRUE(on);
  EXPECT_FALSE(off);
  EXPECT_EQ(duration, absl::Milliseconds(1500));
}

TEST_F(EnvTest, ReportsEverythingThatIsWrongAtOnce) {
  variables_ = {{"EMPTY", ""}, {"INT", "ten"}, {"BOOL", "yes"}, {"DURATION", "5"}};
  std::string text;
  int number = 1;
  bool flag = false;
  absl::Duration duration = absl::Seconds(1);
  env_.RequiredText("MISSING", "", &text);
  env_.Secret("EMPTY", "", &text);
  env_.Int("INT", "", 1, 10, &number);
  env_.Bool("BOOL", "", &flag);
  env_.Duration("DURATION", "", absl::ZeroDuration(), absl::Minutes(1), &duration);
  EXPECT_EQ(env_.Finish(),
            absl::InvalidArgumentError("MISSING: required\n"
                                       "EMPTY: required\n"
                                       "INT: 'ten' is not an integer from 1 to 10\n"
                                       "BOOL: 'yes' is neither true nor false\n"
                                       "DURATION: '5' is not a duration from 0 to 1m"));
  EXPECT_EQ(number, 1);
  EXPECT_EQ(duration, absl::Seconds(1));
}

TEST_F(EnvTest, ReportsWhatTheCallerFindsWrong) {
  env_.Check("FURNACE_GOOD", absl::OkStatus());
  EXPECT_TRUE(env_.Finish().ok());
  env_.Check("FURNACE_BAD", absl::InvalidArgumentError("is no URL"));
  EXPECT_EQ(env_.Finish().message(), "FURNACE_BAD: is no URL");
}

TEST_F(EnvTest, RefusesNumbersOutOfRangeOrWithMoreBehind) {
  for (const char* bad :
       {"0", "11", "5x", " 5", "5 ", "+5", "0x5", "99999999999999999999", "5.0"}) {
    variables_ = {{"INT", bad}};
    Env env([this](const char* name) { return variables_.at(name).c_str(); });
    int number = 3;
    env.Int("INT", "", 1, 10, &number);
    EXPECT_FALSE(env.Finish().ok()) << bad;
    EXPECT_EQ(number, 3) << bad;
  }
}

TEST_F(EnvTest, RefusesDurationsOutOfRange) {
  for (const char* bad : {"-1s", "61s", "inf", "1", "s", "1 s"}) {
    variables_ = {{"DURATION", bad}};
    Env env([this](const char* name) { return variables_.at(name).c_str(); });
    absl::Duration duration = absl::Seconds(1);
    env.Duration("DURATION", "", absl::ZeroDuration(), absl::Minutes(1), &duration);
    EXPECT_FALSE(env.Finish().ok()) << bad;
  }
}

TEST_F(EnvTest, HelpHasALineForEachVariableWithItsDefault) {
  std::string listen = "0.0.0.0:4212", secret, optional;
  int connections = 16;
  env_.Text("FURNACE_LISTEN", "where to serve", &listen);
  env_.Secret("FURNACE_TOKEN", "what to know", &secret);
  env_.Int("FURNACE_CONNECTIONS", "how many", 1, 100, &connections);
  env_.Text("FURNACE_OPTIONAL", "maybe", &optional);
  const std::string help = env_.Help();
  EXPECT_EQ(std::count(help.begin(), help.end(), '\n'), 4);
  EXPECT_THAT(help, HasSubstr("where to serve (default: 0.0.0.0:4212)"));
  EXPECT_THAT(help, HasSubstr("what to know (default: required)"));
  EXPECT_THAT(help, HasSubstr("how many (default: 16)"));
  EXPECT_THAT(help, HasSubstr("maybe (default: none)"));
}

TEST_F(EnvTest, NeitherHelpNorErrorsShowASecret) {
  variables_ = {{"SECRET", "hunter2"}, {"INT", "x"}};
  std::string secret;
  int number = 0;
  env_.Secret("SECRET", "", &secret);
  env_.Int("INT", "", 0, 1, &number);
  EXPECT_THAT(env_.Help() + std::string(env_.Finish().message()), Not(HasSubstr("hunter2")));
}

class AnswerHelpTest : public testing::Test {
 protected:
  // Whether main is done, for the one argument.
  bool Answer(const char* argument) {
    std::string program = "furnace-test", given = argument;
    char* argv[] = {program.data(), given.data(), nullptr};
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const bool done = AnswerHelp(
        2, argv, "furnace-test", "tests",
        [](Env& env) {
          static std::string listen = "0.0.0.0:1";
          env.Text("FURNACE_LISTEN", "where to serve", &listen);
        },
        &exit_code_);
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return done;
  }

  int exit_code_ = -1;
  std::string out_, err_;
};

TEST_F(AnswerHelpTest, WithoutArgumentsTheProgramRuns) {
  std::string program = "furnace-test";
  char* argv[] = {program.data(), nullptr};
  EXPECT_FALSE(AnswerHelp(
      1, argv, "furnace-test", "tests", [](Env&) {}, &exit_code_));
}

TEST_F(AnswerHelpTest, HelpListsTheVariablesOnStdout) {
  for (const char* argument : {"--help", "-h"}) {
    EXPECT_TRUE(Answer(argument));
    EXPECT_EQ(exit_code_, EX_OK);
    EXPECT_THAT(out_, HasSubstr("furnace-test: tests"));
    EXPECT_THAT(out_, HasSubstr("FURNACE_LISTEN"));
    EXPECT_EQ(err_, "");
  }
}

TEST_F(AnswerHelpTest, VersionIsOneLine) {
  EXPECT_TRUE(Answer("--version"));
  EXPECT_EQ(exit_code_, EX_OK);
  EXPECT_THAT(out_, testing::StartsWith("furnace-test "));
  EXPECT_EQ(std::count(out_.begin(), out_.end(), '\n'), 1);
}

TEST_F(AnswerHelpTest, AnUnknownArgumentIsAUsageError) {
  EXPECT_TRUE(Answer("--port=1"));
  EXPECT_EQ(exit_code_, EX_USAGE);
  EXPECT_THAT(err_, HasSubstr("unknown argument: --port=1"));
  EXPECT_THAT(err_, HasSubstr("FURNACE_LISTEN"));
  EXPECT_EQ(out_, "");
}

}  // namespace
}  // namespace furnace::config
