#include "services/registry/app/secrets.h"

#include <gtest/gtest.h>

#include <set>

namespace furnace::registry {
namespace {

TEST(NewSecretTest, NoTwoAreAlike) {
  std::set<std::string> secrets;
  for (int i = 0; i < 100; ++i) secrets.insert(*NewSecret());
  EXPECT_EQ(secrets.size(), 100u);
  EXPECT_EQ(secrets.begin()->size(), 51u);
}

}  // namespace
}  // namespace furnace::registry
