#include "services/registry/rpc/convert.h"

#include <gtest/gtest.h>

namespace furnace::registry::rpc {
namespace {

constexpr char kId[] = "01890000-0000-7000-8000-000000000001";

TEST(RoleTest, RoundTripsAndTakesUnknownValuesForNone) {
  for (int number = v1::Role_MIN; number <= v1::Role_MAX; ++number) {
    const auto role = static_cast<v1::Role>(number);
    EXPECT_EQ(ToProto(FromProto(role)), role);
  }
  EXPECT_EQ(FromProto(static_cast<v1::Role>(99)), Role::kNone);
}

TEST(CallerOfTest, IsWhoTheGatewaySaysItIs) {
  furnace::rpc::CallContext call;
  call.project_id = kId;
  call.role = v1::ROLE_DEVELOPER;
  const auto caller = CallerOf(call, Role::kDeveloper);
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->project_id, kId);
  EXPECT_EQ(caller->role, Role::kDeveloper);
  EXPECT_TRUE(absl::IsPermissionDenied(CallerOf(call, Role::kAdmin).status()));
}

TEST(CallerOfTest, ACallWithoutProjectIsDenied) {
  furnace::rpc::CallContext call;
  call.role = v1::ROLE_OPERATOR;
  EXPECT_TRUE(absl::IsPermissionDenied(CallerOf(call, Role::kViewer).status()));
}

TEST(ApiKeyTest, RevokedAtIsUnsetWhileTheKeyWorks) {
  ApiKey key;
  key.role = Role::kAdmin;
  EXPECT_FALSE(ToProto(key).has_revoked_at());
  key.revoked_at = absl::FromUnixSeconds(5);
  EXPECT_EQ(ToProto(key).revoked_at().seconds(), 5);
  EXPECT_EQ(ToProto(key).role(), v1::ROLE_ADMIN);
}

}  // namespace
}  // namespace furnace::registry::rpc
