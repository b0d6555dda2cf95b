#include "services/registry/domain/access.h"

#include <gtest/gtest.h>

#include <array>

namespace furnace::registry {
namespace {

constexpr char kOwn[] = "01890000-0000-7000-8000-000000000001";
constexpr char kOther[] = "01890000-0000-7000-8000-000000000002";
constexpr std::array kRoles = {Role::kNone,      Role::kViewer, Role::kRunner,
                               Role::kDeveloper, Role::kAdmin,  Role::kOperator};

TEST(RequireRoleTest, EachRoleMayDoWhatTheOnesBeforeItMay) {
  for (const Role has : kRoles) {
    for (const Role least : kRoles) {
      const absl::Status status = RequireRole({.project_id = kOwn, .role = has}, least);
      EXPECT_EQ(status.ok(), has >= least) << ToString(has) << " for " << ToString(least);
      if (has < least) {
        EXPECT_TRUE(absl::IsPermissionDenied(status));
      }
    }
  }
}

TEST(ResolveProjectTest, MeIsTheCallersOwn) {
  EXPECT_EQ(*ResolveProject({.project_id = kOwn, .role = Role::kViewer}, "me"), kOwn);
  EXPECT_EQ(*ResolveProject({.project_id = kOwn, .role = Role::kViewer}, kOwn), kOwn);
}

TEST(ResolveProjectTest, AnotherProjectIsNotFoundUnlessForAnOperator) {
  for (const Role role : kRoles) {
    const auto project = ResolveProject({.project_id = kOwn, .role = role}, kOther);
    if (role == Role::kOperator) {
      EXPECT_EQ(*project, kOther);
    } else {
      EXPECT_TRUE(absl::IsNotFound(project.status())) << ToString(role);
    }
  }
}

TEST(ResolveProjectTest, WhatIsNoUuidIsNotFound) {
  for (const char* id : {"", "ME", "default", "01890000-0000-7000-8000-00000000000G"}) {
    EXPECT_TRUE(absl::IsNotFound(
        ResolveProject({.project_id = kOwn, .role = Role::kOperator}, id).status()))
        << id;
  }
}

TEST(ValidateIssuedRoleTest, ViewerToAdminMayBeIssued) {
  for (const Role role : kRoles) {
    const bool may = role != Role::kNone && role != Role::kOperator;
    EXPECT_EQ(ValidateIssuedRole(role).ok(), may) << ToString(role);
  }
}

TEST(NotFoundTest, ForeignAndUnknownThingsReadTheSame) {
  EXPECT_EQ(NotFound("endpoint", "x"), absl::NotFoundError("no endpoint 'x'"));
}

}  // namespace
}  // namespace furnace::registry
