#include "cli/rest/answer.h"

#include <gtest/gtest.h>

namespace furnace::cli {
namespace {

TEST(AnswerTest, ReadsFieldsOfEachType) {
  const auto answer =
      Answer::Parse(R"( {"t":"a\nb","i":-3,"b":true,"o":{"x":1},"l":[{"x":1},2,{"x":3}]} )");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->Text("t"), "a\nb");
  EXPECT_EQ(answer->Int("i"), -3);
  EXPECT_TRUE(answer->Bool("b"));
  EXPECT_EQ(answer->Object("o").Int("x"), 1);
  ASSERT_EQ(answer->Items("l").size(), 2U);
  EXPECT_EQ(answer->Items("l")[1].Int("x"), 3);
}

TEST(AnswerTest, WhatIsMissingOrOfAnotherTypeReadsAsEmpty) {
  const auto answer = Answer::Parse(R"({"t":1,"i":"x","n":null})");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->Text("t"), "");
  EXPECT_EQ(answer->Text("absent"), "");
  EXPECT_EQ(answer->Int("i"), 0);
  EXPECT_EQ(answer->Int("absent"), 0);
  EXPECT_FALSE(answer->Bool("absent"));
  EXPECT_TRUE(answer->Items("absent").empty());
  EXPECT_TRUE(answer->Texts("t").empty());
  EXPECT_EQ(answer->Object("t").Text("x"), "");
  EXPECT_FALSE(answer->Has("absent"));
}

TEST(AnswerTest, AnIntegerInAStringCounts) {
  EXPECT_EQ(Answer::Parse(R"({"i":"9007199254740993"})")->Int("i"), 9007199254740993);
}

TEST(AnswerTest, JsonStaysAsItCame) {
  const auto answer = Answer::Parse(R"({"output": {"b" : 1.0e3,"a":[ ]}, "texts":["x","y"]})");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->Raw("output"), R"({"b" : 1.0e3,"a":[ ]})");
  EXPECT_EQ(answer->Texts("texts"), (std::vector<std::string>{"x", "y"}));
}

TEST(AnswerTest, PartsOutliveTheWhole) {
  const Answer part = Answer::Parse(R"({"o":{"x":"inner"}})")->Object("o");
  EXPECT_EQ(part.Text("x"), "inner");
}

TEST(AnswerTest, WhatIsNoObjectIsRefused) {
  EXPECT_FALSE(Answer::Parse("").ok());
  EXPECT_FALSE(Answer::Parse("[]").ok());
  EXPECT_FALSE(Answer::Parse("<html>").ok());
  EXPECT_FALSE(Answer::Parse(R"({"a":1} x)").ok());
}

}  // namespace
}  // namespace furnace::cli
