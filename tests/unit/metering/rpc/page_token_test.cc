#include "services/metering/rpc/page_token.h"

#include <gtest/gtest.h>

#include <limits>

#include "absl/strings/escaping.h"

namespace furnace::metering::rpc {
namespace {

constexpr char kJob[] = "018f0000-0000-7000-8000-000000000001";

TEST(LedgerPageTokenTest, RoundTrips) {
  for (const std::int64_t id : {std::int64_t{1}, std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(*DecodePageToken("", EncodePageToken("", id)), id);
    EXPECT_EQ(*DecodePageToken(kJob, EncodePageToken(kJob, id)), id);
  }
}

TEST(LedgerPageTokenTest, NoneIsTheFirstPage) { EXPECT_EQ(*DecodePageToken(kJob, ""), 0); }

TEST(LedgerPageTokenTest, IsGoodForItsListOnly) {
  EXPECT_TRUE(absl::IsInvalidArgument(DecodePageToken("", EncodePageToken(kJob, 5)).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(DecodePageToken(kJob, EncodePageToken("", 5)).status()));
}

TEST(LedgerPageTokenTest, RefusesWhatWeDidNotMake) {
  const std::string good = EncodePageToken("", 5);
  for (const std::string& token :
       {std::string("5"), std::string("!!!"), good + "AAAA", good.substr(1),
        std::string(10'000, 'A'), std::string("\0", 1), absl::WebSafeBase64Escape("1::"),
        absl::WebSafeBase64Escape("1::0"), absl::WebSafeBase64Escape("1::-1"),
        absl::WebSafeBase64Escape("1::5 "), absl::WebSafeBase64Escape("1:: 5"),
        absl::WebSafeBase64Escape("2::5"), absl::WebSafeBase64Escape("1::99999999999999999999")}) {
    EXPECT_TRUE(absl::IsInvalidArgument(DecodePageToken("", token).status())) << token;
  }
}

}  // namespace
}  // namespace furnace::metering::rpc
