#include "services/registry/app/bootstrap.h"

#include <gtest/gtest.h>

#include "libs/common/base/sha256.h"
#include "tests/support/registry_clock.h"
#include "tests/support/registry_stores.h"

namespace furnace::registry {
namespace {

constexpr char kSecret[] = "fk_an_operators_key";

class EnsureOperatorTest : public testing::Test {
 protected:
  absl::Status Ensure(const std::string& secret) {
    return EnsureOperator(projects_, keys_, clock_, secret);
  }

  FakeClock clock_;
  MemoryProjectStore projects_;
  MemoryApiKeyStore keys_{projects_};
};

TEST_F(EnsureOperatorTest, MakesTheDefaultProjectAndItsKey) {
  ASSERT_TRUE(Ensure(kSecret).ok());
  const auto key = keys_.Resolve(Sha256(kSecret));
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->role, Role::kOperator);
  EXPECT_EQ(projects_.Get(key->project_id)->name, "default");
}

TEST_F(EnsureOperatorTest, ASecondStartKeepsProjectAndKey) {
  ASSERT_TRUE(Ensure(kSecret).ok());
  const ApiKey first = *keys_.Resolve(Sha256(kSecret));
  clock_.Advance(absl::Hours(1));
  ASSERT_TRUE(Ensure(kSecret).ok());
  const ApiKey second = *keys_.Resolve(Sha256(kSecret));
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.project_id, first.project_id);
  EXPECT_EQ(projects_.List(10)->size(), 1u);
}

TEST_F(EnsureOperatorTest, AnotherKeyTakesTheOldOnesPlace) {
  ASSERT_TRUE(Ensure(kSecret).ok());
  ASSERT_TRUE(Ensure("another_key_0123456").ok());
  EXPECT_TRUE(absl::IsNotFound(keys_.Resolve(Sha256(kSecret)).status()));
  EXPECT_TRUE(keys_.Resolve(Sha256("another_key_0123456")).ok());
}

TEST_F(EnsureOperatorTest, RefusesAWeakKeyWithoutQuotingIt) {
  const absl::Status status = Ensure("hunter2");
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(std::string(status.message()).find("hunter2"), std::string::npos);
  EXPECT_TRUE(projects_.List(10)->empty());
}

}  // namespace
}  // namespace furnace::registry
