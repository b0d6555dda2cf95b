#include "services/gateway/http/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/gateway/http/utf8.h"

namespace furnace::gateway::http {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(ParseTargetTest, TakesPathAndQueryApart) {
  const auto target = ParseTarget("/v1/jobs/a%2Fb?x=1?&y");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->path, "/v1/jobs/a%2Fb");
  EXPECT_EQ(target->query, "x=1?&y");
  EXPECT_THAT(target->segments, ElementsAre("v1", "jobs", "a%2Fb"));
}

TEST(ParseTargetTest, ForgetsTheOriginOfAnAbsoluteTarget) {
  EXPECT_EQ(ParseTarget("http://host:1/a/b")->path, "/a/b");
  EXPECT_EQ(ParseTarget("https://host")->path, "/");
}

TEST(ParseTargetTest, RefusesWhatIsNoPath) {
  for (const char* target : {"", "*", "a/b", "host:80", "ftp://host/"}) {
    EXPECT_FALSE(ParseTarget(target).ok()) << target;
  }
}

TEST(ParseTargetTest, KeepsEmptySegments) {
  EXPECT_THAT(ParseTarget("/")->segments, ElementsAre(""));
  EXPECT_THAT(ParseTarget("/a//b/")->segments, ElementsAre("a", "", "b", ""));
}

TEST(DecodeTest, UndoesEscapes) {
  EXPECT_EQ(*Decode("a%2Fb%20c+%c3%A9", false), "a/b c+\xc3\xa9");
  EXPECT_EQ(*Decode("a+b", true), "a b");
}

TEST(DecodeTest, RefusesWhatCannotBeText) {
  for (const char* text : {"%", "%2", "%2g", "%00", "%0a", "%7f", "%ff", "%c3", "%ed%a0%80"}) {
    EXPECT_FALSE(Decode(text, false).ok()) << text;
  }
}

TEST(ParseQueryTest, KeepsOrderAndRepeats) {
  EXPECT_THAT(*ParseQuery("b=1&a=&b=2&&c&d=x%3Dy=z"),
              ElementsAre(Pair("b", "1"), Pair("a", ""), Pair("b", "2"), Pair("c", ""),
                          Pair("d", "x=y=z")));
  EXPECT_TRUE(ParseQuery("")->empty());
}

TEST(ParseQueryTest, HasALimit) {
  std::string query;
  for (std::size_t i = 0; i < kMaxQueryParameters; ++i) query += "&a";
  EXPECT_TRUE(ParseQuery(query).ok());
  EXPECT_FALSE(ParseQuery(query + "&a").ok());
}

TEST(Utf8Test, CutsBetweenCharacters) {
  EXPECT_EQ(ToUtf8("a\xc3\xa9", 3), "a\xc3\xa9");
  EXPECT_EQ(ToUtf8("a\xc3\xa9", 2), "a");
  EXPECT_EQ(ToUtf8("a\xff", 9), "a\xef\xbf\xbd");
}

}  // namespace
}  // namespace furnace::gateway::http
