#include "services/registry/app/api_keys.h"

#include <gtest/gtest.h>

#include "libs/common/base/sha256.h"
#include "tests/support/registry_clock.h"
#include "tests/support/registry_stores.h"

namespace furnace::registry {
namespace {

constexpr char kOwn[] = "01890000-0000-7000-8000-000000000001";
constexpr char kOther[] = "01890000-0000-7000-8000-000000000002";
const Caller kAdmin = {.project_id = kOwn, .role = Role::kAdmin};

class ApiKeysTest : public testing::Test {
 protected:
  ApiKeysTest() {
    for (const auto& [id, name] : {std::pair(kOwn, "own"), std::pair(kOther, "other")}) {
      EXPECT_TRUE(projects_.Create({.id = id, .name = name, .created_at = clock_.Now()}).ok());
    }
  }

  FakeClock clock_;
  MemoryProjectStore projects_;
  MemoryApiKeyStore store_{projects_};
  ApiKeys keys_{store_, clock_};
};

TEST_F(ApiKeysTest, AnIssuedSecretResolvesToItsKey) {
  const auto issued = keys_.Create(kAdmin, "me", "ci", Role::kRunner);
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_EQ(issued->key.project_id, kOwn);
  EXPECT_EQ(issued->key.name, "ci");
  EXPECT_EQ(issued->key.prefix, issued->secret.substr(0, 10));
  const auto resolved = keys_.Resolve(Sha256(issued->secret));
  EXPECT_EQ(resolved->id, issued->key.id);
  EXPECT_EQ(resolved->role, Role::kRunner);
}

TEST_F(ApiKeysTest, CreateChecksRoleAndName) {
  EXPECT_TRUE(absl::IsInvalidArgument(keys_.Create(kAdmin, "me", "x", Role::kOperator).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(keys_.Create(kAdmin, "me", "x", Role::kNone).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      keys_.Create(kAdmin, "me", std::string(101, 'x'), Role::kAdmin).status()));
}

TEST_F(ApiKeysTest, AProjectHasAtMostAHundredLiveKeys) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(keys_.Create(kAdmin, "me", "", Role::kViewer).ok());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(keys_.Create(kAdmin, "me", "", Role::kViewer).status()));
}

TEST_F(ApiKeysTest, AnotherProjectsKeysAreNotFoundUnlessForAnOperator) {
  const Caller op = {.project_id = kOwn, .role = Role::kOperator};
  const auto issued = keys_.Create(op, kOther, "", Role::kAdmin);
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_TRUE(absl::IsNotFound(keys_.Create(kAdmin, kOther, "", Role::kViewer).status()));
  EXPECT_TRUE(absl::IsNotFound(keys_.List(kAdmin, kOther).status()));
  EXPECT_TRUE(absl::IsNotFound(keys_.Revoke(kAdmin, kOther, issued->key.id).status()));
  EXPECT_TRUE(absl::IsNotFound(keys_.Revoke(kAdmin, "me", issued->key.id).status()));
  EXPECT_TRUE(keys_.Revoke(op, kOther, issued->key.id).ok());
}

TEST_F(ApiKeysTest, RevokeIsForGoodAndIdempotent) {
  const IssuedKey issued = *keys_.Create(kAdmin, "me", "", Role::kRunner);
  clock_.Advance(absl::Seconds(1));
  const auto revoked = keys_.Revoke(kAdmin, "me", issued.key.id);
  EXPECT_EQ(revoked->revoked_at, issued.key.created_at + absl::Seconds(1));
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(keys_.Revoke(kAdmin, "me", issued.key.id)->revoked_at, revoked->revoked_at);
  EXPECT_TRUE(absl::IsNotFound(keys_.Resolve(Sha256(issued.secret)).status()));
}

TEST_F(ApiKeysTest, RevokingWhatIsNoIdIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(keys_.Revoke(kAdmin, "me", "'; DROP TABLE").status()));
}

TEST_F(ApiKeysTest, AHashOfAnotherLengthIsNotFound) {
  for (const std::size_t bytes : {0U, 31U, 33U}) {
    EXPECT_TRUE(absl::IsNotFound(keys_.Resolve(std::string(bytes, 'x')).status())) << bytes;
  }
}

}  // namespace
}  // namespace furnace::registry
