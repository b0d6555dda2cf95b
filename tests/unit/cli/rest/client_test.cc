#include "cli/rest/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

using testing::HasSubstr;

TEST(ErrorOfTest, CarriesTheGatewaysSentenceAndRequestId) {
  const absl::Status status =
      ErrorOf(404, R"({"error":"no such job","code":"NOT_FOUND","request_id":"r-1"})");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ToStd(status.message()), "no such job [request r-1]");
}

TEST(ErrorOfTest, SaysHowToLogIn) {
  EXPECT_THAT(ErrorOf(401, R"({"error":"unauthenticated"})").ToString(),
              HasSubstr("FURNACE_API_KEY"));
}

TEST(ErrorOfTest, ABodyThatIsNoJsonIsNotShown) {
  const absl::Status status = ErrorOf(502, "<html>bad gateway</html>");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ToStd(status.message()), "the gateway answered HTTP 502");
}

TEST(TargetTest, SegmentsAndValuesAreEncoded) {
  Target target("/v1/jobs");
  target.Segment("a/b ?").Query("x", "1&2").Query("empty", "").Query("y", "ü");
  EXPECT_EQ(target.text(), "/v1/jobs/a%2Fb%20%3F?x=1%262&y=%C3%BC");
}

TEST(RestClientTest, NobodyThereIsUnavailable) {
  RestClient client({.url = "http://127.0.0.1:1", .api_key = ""});
  EXPECT_TRUE(absl::IsUnavailable(client.Post(Target("/v1/x"), "{}").status()));
}

}  // namespace
}  // namespace furnace::cli
