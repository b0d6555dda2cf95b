#include "cli/commands/json_object.h"

#include <gtest/gtest.h>

namespace furnace::cli {
namespace {

JsonObject Sample() {
  JsonObject object;
  object.Add("n", std::optional<std::int64_t>(-1));
  object.Add("t", std::optional<std::string>("a\"b"));
  object.Add("f", std::optional<bool>(false));
  object.Add("l", std::vector<std::string>{"x", "y"});
  return object;
}

TEST(JsonObjectTest, WritesWhatIsGiven) {
  EXPECT_EQ(Sample().ToString(), R"({"n":-1,"t":"a\"b","f":false,"l":["x","y"]})");
}

TEST(JsonObjectTest, LeavesOutWhatIsNot) {
  JsonObject object;
  object.Add("n", std::optional<std::int64_t>());
  object.Add("t", std::optional<std::string>());
  object.Add("f", std::optional<bool>());
  object.Add("l", std::vector<std::string>());
  EXPECT_TRUE(object.empty());
  EXPECT_EQ(object.ToString(), "{}");
}

TEST(JsonObjectTest, OverAnotherTheOthersMembersStayUnlessNamed) {
  EXPECT_EQ(*Sample().Over(R"({"a": [1, 2], "n": 5})"),
            R"({"a":[1, 2],"n":-1,"t":"a\"b","f":false,"l":["x","y"]})");
  EXPECT_EQ(*JsonObject().Over(R"({"a":1})"), R"({"a":1})");
}

TEST(JsonObjectTest, OverNothingIsItself) { EXPECT_EQ(*Sample().Over(""), Sample().ToString()); }

TEST(JsonObjectTest, OverWhatIsNoObjectIsAnError) {
  EXPECT_TRUE(absl::IsInvalidArgument(Sample().Over("[1]").status()));
}

}  // namespace
}  // namespace furnace::cli
