#include "services/registry/domain/text.h"

#include <gtest/gtest.h>

namespace furnace::registry {
namespace {

struct NameCase {
  const char* name;
  std::string text;
  bool valid;
};

class ValidateNameTest : public testing::TestWithParam<NameCase> {};

TEST_P(ValidateNameTest, FollowsTheGrammar) {
  const absl::Status status = ValidateName("spec.name", GetParam().text);
  EXPECT_EQ(status.ok(), GetParam().valid) << status;
  if (!GetParam().valid) {
    EXPECT_TRUE(absl::IsInvalidArgument(status));
    EXPECT_TRUE(std::string(status.message()).starts_with("spec.name: ")) << status;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, ValidateNameTest,
                         testing::ValuesIn<NameCase>({
                             {"OneLetterIsEnough", "a", true},
                             {"DigitsAndDashesFollow", "a-1-b", true},
                             {"MayEndInADash", "a-", true},
                             {"LongestIs63", std::string(63, 'a'), true},
                             {"EmptyIsMissing", "", false},
                             {"SixtyFourAreTooMany", std::string(64, 'a'), false},
                             {"StartsWithNoDigit", "1a", false},
                             {"StartsWithNoDash", "-a", false},
                             {"NoUpperCase", "aB", false},
                             {"NoUnderscore", "a_b", false},
                             {"NoBlank", "a b", false},
                             {"NoSlash", "a/b", false},
                             {"NoNul", std::string("a\0b", 3), false},
                             {"NoUmlaut", "\xc3\xa4", false},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(ClimbsUpTest, FindsTwoDotsAsAPartOnly) {
  EXPECT_TRUE(ClimbsUp(".."));
  EXPECT_TRUE(ClimbsUp("../a"));
  EXPECT_TRUE(ClimbsUp("a/../b"));
  EXPECT_TRUE(ClimbsUp("/a/.."));
  EXPECT_FALSE(ClimbsUp("a..b/..c/d.."));
  EXPECT_FALSE(ClimbsUp("..."));
  EXPECT_FALSE(ClimbsUp(""));
}

TEST(HasControlCharacterTest, KnowsTheAsciiOnes) {
  EXPECT_TRUE(HasControlCharacter(std::string_view("a\0b", 3)));
  EXPECT_TRUE(HasControlCharacter("a\nb"));
  EXPECT_TRUE(HasControlCharacter("a\x7f"));
  EXPECT_FALSE(HasControlCharacter("a b\xc3\xa4"));
}

TEST(ShownTest, CutsLongTextsBetweenCharacters) {
  EXPECT_EQ(Shown("abc"), "'abc'");
  EXPECT_EQ(Shown(std::string(80, 'x')), "'" + std::string(80, 'x') + "'");
  EXPECT_EQ(Shown(std::string(81, 'x')), "'" + std::string(80, 'x') + "...'");
  const std::string umlaut_across_the_cut = std::string(79, 'x') + "\xc3\xa4\xc3\xa4";
  EXPECT_EQ(Shown(umlaut_across_the_cut), "'" + std::string(79, 'x') + "...'");
}

}  // namespace
}  // namespace furnace::registry
