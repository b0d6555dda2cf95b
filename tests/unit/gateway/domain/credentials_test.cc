#include "services/gateway/domain/credentials.h"

#include <gtest/gtest.h>

#include <string>

namespace furnace::gateway {
namespace {

struct AuthorizationCase {
  std::string name;
  std::string header;
  std::string key;
};

class KeyOfAuthorizationTest : public ::testing::TestWithParam<AuthorizationCase> {};

TEST_P(KeyOfAuthorizationTest, Reads) {
  EXPECT_EQ(KeyOfAuthorization(GetParam().header), GetParam().key);
}

INSTANTIATE_TEST_SUITE_P(Table, KeyOfAuthorizationTest,
                         ::testing::ValuesIn<AuthorizationCase>({
                             {"Bearer", "Bearer fk_a", "fk_a"},
                             {"AnyCase", "bEARER fk_a", "fk_a"},
                             {"Blanks", " \tBearer \t fk_a  ", "fk_a"},
                             {"BareKey", "fk_a", "fk_a"},
                             {"BareKeyThatLooksLikeTheScheme", "bearerfk_a", "bearerfk_a"},
                             {"Nothing", "", ""},
                             {"SchemeAlone", "Bearer ", ""},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(CredentialsTest, PlausibleKeysAreShortAndVisible) {
  EXPECT_TRUE(IsPlausibleKey("fk_0aZ"));
  EXPECT_TRUE(IsPlausibleKey(std::string(256, 'x')));
  EXPECT_FALSE(IsPlausibleKey(std::string(257, 'x')));
  EXPECT_FALSE(IsPlausibleKey(""));
  EXPECT_FALSE(IsPlausibleKey("fk a"));
  EXPECT_FALSE(IsPlausibleKey("fk\x7f"));
  EXPECT_FALSE(IsPlausibleKey("fk\xc3\xa9"));
}

TEST(CredentialsTest, RequestIdsAreShortAndPlain) {
  EXPECT_TRUE(IsRequestId("aZ0._-"));
  EXPECT_TRUE(IsRequestId(std::string(128, 'x')));
  EXPECT_FALSE(IsRequestId(std::string(129, 'x')));
  EXPECT_FALSE(IsRequestId(""));
  EXPECT_FALSE(IsRequestId("a b"));
  EXPECT_FALSE(IsRequestId("a\r\nX: y"));
}

TEST(CredentialsTest, TraceparentsHaveOneForm) {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_TRUE(IsTraceparent(good));
  EXPECT_FALSE(IsTraceparent(good + "0"));
  EXPECT_FALSE(IsTraceparent("01" + good.substr(2)));
  std::string upper = good;
  upper[4] = 'A';
  EXPECT_FALSE(IsTraceparent(upper));
  EXPECT_FALSE(IsTraceparent(""));
}

}  // namespace
}  // namespace furnace::gateway
