#include "services/registry/domain/page.h"

#include <gtest/gtest.h>

namespace furnace::registry {
namespace {

TEST(PageSizeTest, ZeroIsTheFallbackAndTheRestIsARange) {
  EXPECT_EQ(*PageSize("page_size", 0, 100), 100);
  EXPECT_EQ(*PageSize("page_size", 1, 100), 1);
  EXPECT_EQ(*PageSize("page_size", 1000, 100), 1000);
  EXPECT_EQ(PageSize("page_size", 1001, 100).status(),
            absl::InvalidArgumentError("page_size: 1001 is not from 1 to 1000"));
  EXPECT_EQ(PageSize("limit", -1, 100).status(),
            absl::InvalidArgumentError("limit: -1 is not from 1 to 1000"));
}

TEST(PageTokenTest, RoundTrips) {
  for (const std::string& name : {std::string("a"), std::string("echo-2"), std::string(63, 'z')}) {
    EXPECT_EQ(*ParsePageToken(MakePageToken(name)), name);
  }
}

TEST(PageTokenTest, NoTokenIsTheFirstPage) { EXPECT_EQ(*ParsePageToken(""), ""); }

TEST(PageTokenTest, DoesNotShowTheName) {
  EXPECT_EQ(MakePageToken("echo").find("echo"), std::string::npos);
}

TEST(PageTokenTest, RefusesWhatItDidNotMake) {
  for (const std::string& bad :
       {std::string("echo"), std::string("!!!"), MakePageToken(""), MakePageToken("Not A Name"),
        MakePageToken("a") + "A", std::string(100'000, 'A'), std::string("bjI6YQ")}) {
    EXPECT_EQ(ParsePageToken(bad).status(),
              absl::InvalidArgumentError("page_token: not a next_page_token of this service"))
        << bad.substr(0, 50);
  }
}

}  // namespace
}  // namespace furnace::registry
