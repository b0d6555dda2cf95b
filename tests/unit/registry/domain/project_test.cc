#include "services/registry/domain/project.h"

#include <gtest/gtest.h>

namespace furnace::registry {
namespace {

constexpr char kId[] = "01890000-0000-7000-8000-000000000001";

Project With(const std::string& id, const std::string& name) {
  return {.id = id, .name = name, .created_at = absl::UnixEpoch()};
}

TEST(ValidateProjectTest, TakesAnyUuidAndAName) {
  EXPECT_TRUE(Validate(With(kId, "team-a")).ok());
  EXPECT_TRUE(Validate(With("00000000-0000-0000-0000-000000000000", "x")).ok());
}

TEST(ValidateProjectTest, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(Validate(With(kId, "")).message(), "name: required");
  EXPECT_EQ(Validate(With("abc", "team-a")).message(), "id: 'abc' is not a UUID in lower case");
  EXPECT_TRUE(
      absl::IsInvalidArgument(Validate(With("01890000-0000-7000-8000-00000000000A", "team-a"))));
}

}  // namespace
}  // namespace furnace::registry
