#include <gtest/gtest.h>

#include <string>

#include "libs/common/redis/connection.h"
#include "libs/common/redis/script.h"

namespace furnace::redis {
namespace {

TEST(ParseUrlTest, TakesHostPortPasswordAndDatabase) {
  const auto address = ParseUrl("redis://:p@ss:w/rd@redis.data.svc:6380/15");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->host, "redis.data.svc");
  EXPECT_EQ(address->port, 6380);
  EXPECT_EQ(address->password, "p@ss:w/rd");
  EXPECT_EQ(address->database, 15);
}

TEST(ParseUrlTest, PortPasswordAndDatabaseMayBeLeftOut) {
  for (const char* url : {"redis://localhost", "redis://localhost/", "redis://localhost:6379",
                          "redis://localhost:6379/0"}) {
    const auto address = ParseUrl(url);
    ASSERT_TRUE(address.ok()) << url;
    EXPECT_EQ(address->host, "localhost");
    EXPECT_EQ(address->port, 6379);
    EXPECT_EQ(address->password, "");
    EXPECT_EQ(address->database, 0);
  }
}

TEST(ParseUrlTest, RefusesOtherForms) {
  for (const char* url :
       {"", "localhost:6379", "rediss://localhost", "redis://", "redis://:6379", "redis://host:x",
        "redis://host:", "redis://host:65536", "redis://host:0", "redis://host:-1",
        "redis://host/x", "redis://host/-1", "redis://host/1/2", "redis://password@host"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseUrl(url).status())) << url;
  }
}

TEST(ParseUrlTest, ErrorsDoNotShowThePassword) {
  const absl::Status status = ParseUrl("redis://:hunter2@host:x").status();
  EXPECT_EQ(std::string(status.message()).find("hunter2"), std::string::npos);
}

TEST(ScriptTest, IsKnownByItsSha1) {
  EXPECT_EQ(Script("return 1").sha1(), "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
}

}  // namespace
}  // namespace furnace::redis
