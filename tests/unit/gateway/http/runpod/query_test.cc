#include "services/gateway/http/runpod/query.h"

#include <gtest/gtest.h>

#include <string>

namespace furnace::gateway::http::runpod {
namespace {

TEST(ParseRunpodQueryTest, WhatIsNotGivenIsNotSet) {
  const auto query = ParseRunpodQuery("");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->wait, std::nullopt);
  EXPECT_EQ(query->after, std::nullopt);
  EXPECT_EQ(query->limit, 0);
  EXPECT_EQ(query->page_token, "");
}

TEST(ParseRunpodQueryTest, ValuesAreReadAndOthersLeftAlone) {
  const auto query = ParseRunpodQuery("ttl=7&wait=1000&after=12&limit=1000&page_token=a%20b&x");
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(query->wait, absl::Seconds(1));
  EXPECT_EQ(query->after, 12);
  EXPECT_EQ(query->limit, 1000);
  EXPECT_EQ(query->page_token, "a b");
  EXPECT_EQ(ParseRunpodQuery("wait=300000")->wait, absl::Minutes(5));
}

TEST(ParseRunpodQueryTest, AWaitOutOfRangeIsRefusedInRunpodsWords) {
  for (const std::string wait : {"", "0", "999", "300001", "-5", "1e4", "5000.0", " 5000", "+5000",
                                 "99999999999999999999", "abc"}) {
    const auto query = ParseRunpodQuery("wait=" + wait);
    ASSERT_TRUE(absl::IsInvalidArgument(query.status())) << wait;
    EXPECT_EQ(query.status().message(), "wait is invalid; must be between 1000 and 300000") << wait;
  }
}

TEST(ParseRunpodQueryTest, OtherValuesOutOfRangeAreNamed) {
  EXPECT_EQ(ParseRunpodQuery("limit=1001").status().message(),
            "limit is invalid; must be between 1 and 1000");
  for (const std::string query :
       {"after=-1", "after=1099511627777", "after=x", "limit=0", "limit=", "wait=%zz"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseRunpodQuery(query).status())) << query;
  }
}

}  // namespace
}  // namespace furnace::gateway::http::runpod
