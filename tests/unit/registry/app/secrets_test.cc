#include "services/registry/app/secrets.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/escaping.h"

namespace furnace::registry {
namespace {

TEST(NewSecretTest, NoTwoAreAlike) {
  std::set<std::string> secrets;
  for (int i = 0; i < 100; ++i) secrets.insert(*NewSecret());
  EXPECT_EQ(secrets.size(), 100u);
  EXPECT_EQ(secrets.begin()->size(), 51u);
}

TEST(Sha256Test, IsTheStandardsExample) {
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(absl::BytesToHexString(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace furnace::registry
