#include "services/metering/domain/attributes.h"

#include <gtest/gtest.h>

namespace furnace::metering {
namespace {

using Texts = std::map<std::string, std::string>;

TEST(AttributeValueTest, HasTheTypeThatItLooksLike) {
  EXPECT_EQ(*ParseAttributeValue("true"), AttributeValue(true));
  EXPECT_EQ(*ParseAttributeValue("false"), AttributeValue(false));
  EXPECT_EQ(*ParseAttributeValue("-50"), AttributeValue(std::int64_t{-50}));
  EXPECT_EQ(*ParseAttributeValue("007"), AttributeValue(std::int64_t{7}));
  EXPECT_EQ(*ParseAttributeValue("999999999999999999"),
            AttributeValue(std::int64_t{999'999'999'999'999'999}));
  EXPECT_EQ(*ParseAttributeValue("True"), AttributeValue(std::string("True")));
  EXPECT_EQ(*ParseAttributeValue("2f:a/b@c.d-e"), AttributeValue(std::string("2f:a/b@c.d-e")));
  for (const std::string& bad :
       {std::string(), std::string("1.5"), std::string("-"), std::string("1234567890123456789"),
        std::string("a b"), std::string("a,b"), std::string("\"a\""), std::string("a\nb"),
        std::string(129, 'a'), std::string("\xc3\xa9"), std::string("a\0b", 3)}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseAttributeValue(bad).status())) << bad;
  }
}

TEST(AttributesTest, BadNamesAndValuesAreNamed) {
  EXPECT_EQ(ParseAttributes({{"a", "1"}, {"b_2", "x"}})->size(), 2);
  for (const char* name : {"", "A", "1a", "a-b", "_a"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseAttributes({{name, "1"}}).status())) << name;
  }
  const auto bad = ParseAttributes({{"score", "1.5"}});
  EXPECT_NE(bad.status().ToString().find("score"), std::string::npos);
  Texts many;
  for (int i = 0; i < 65; ++i) many["a" + std::to_string(i)] = "1";
  EXPECT_TRUE(absl::IsInvalidArgument(ParseAttributes(many).status()));
}

TEST(ConditionTest, HasOneSpelling) {
  const Texts spellings = {{"reputation>=50", "reputation >= 50"},
                           {"  grant_active  =true ", "grant_active = true"},
                           {"tier in (gold,  silver )", "tier in (gold, silver)"},
                           {"tier in(1)", "tier in (1)"},
                           {"a != b", "a != b"},
                           {"in < -3", "in < -3"}};
  for (const auto& [text, canonical] : spellings) {
    const auto condition = ParseCondition(text);
    ASSERT_TRUE(condition.ok()) << text << ": " << condition.status();
    EXPECT_EQ(ToText(*condition), canonical);
    EXPECT_EQ(*ParseCondition(canonical), *condition);
  }
}

TEST(ConditionTest, AllElseIsRefused) {
  std::string many = "a in (0";
  for (int i = 1; i <= 50; ++i) many += "," + std::to_string(i);
  for (const std::string& text :
       {std::string(), std::string("a"), std::string("= 1"), std::string("a =="),
        std::string("a = "), std::string("a == 1"), std::string("a = 1 or b = 2"),
        std::string("a < gold"), std::string("a >= true"), std::string("a in gold"),
        std::string("a in ()"), std::string("a in (b,)"), std::string("a in (b"),
        std::string("A = 1"), std::string("a.b = 1"), std::string("a ~ 1"), many + ")",
        "a = " + std::string(5'000, 'b')}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseCondition(text).status())) << text;
  }
}

TEST(ConditionTest, HoldsWhenItIsTrueAndNeverWhenInDoubt) {
  const Attributes attributes =
      *ParseAttributes({{"reputation", "50"}, {"grant_active", "true"}, {"tier", "gold"}});
  const std::vector<std::pair<std::string, bool>> cases = {{"reputation >= 50", true},
                                                           {"reputation > 50", false},
                                                           {"reputation <= 50", true},
                                                           {"reputation < 51", true},
                                                           {"reputation = 50", true},
                                                           {"reputation != 50", false},
                                                           {"reputation in (1, 50)", true},
                                                           {"grant_active = true", true},
                                                           {"grant_active != true", false},
                                                           {"tier = gold", true},
                                                           {"tier != silver", true},
                                                           {"tier in (silver)", false},
                                                           {"tier in (silver, gold)", true},
                                                           // Missing, or of another type.
                                                           {"other = 1", false},
                                                           {"other != 1", false},
                                                           {"tier != 1", false},
                                                           {"tier > 1", false},
                                                           {"grant_active = 1", false},
                                                           {"reputation in (gold)", false}};
  for (const auto& [text, holds] : cases) {
    EXPECT_EQ(Holds(*ParseCondition(text), attributes), holds) << text;
  }
}

}  // namespace
}  // namespace furnace::metering
