#include "services/gateway/domain/role.h"

#include <gtest/gtest.h>

namespace furnace::gateway {
namespace {

TEST(RoleTest, EachRoleMayDoWhatTheOnesBeforeItMay) {
  const Role roles[] = {Role::kViewer, Role::kRunner, Role::kDeveloper, Role::kAdmin,
                        Role::kOperator};
  for (const Role held : roles) {
    for (const Role needed : roles) EXPECT_EQ(Allows(held, needed), held >= needed);
    EXPECT_FALSE(Allows(Role::kNone, held));
    EXPECT_FALSE(Allows(held, Role::kNone));
  }
}

TEST(RoleTest, HasAName) {
  EXPECT_EQ(ToString(Role::kViewer), "VIEWER");
  EXPECT_EQ(ToString(Role::kRunner), "RUNNER");
  EXPECT_EQ(ToString(Role::kDeveloper), "DEVELOPER");
  EXPECT_EQ(ToString(Role::kAdmin), "ADMIN");
  EXPECT_EQ(ToString(Role::kOperator), "OPERATOR");
  EXPECT_EQ(ToString(Role::kNone), "NONE");
}

}  // namespace
}  // namespace furnace::gateway
