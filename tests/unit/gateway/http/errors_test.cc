#include "services/gateway/http/errors.h"

#include <gtest/gtest.h>

#include "libs/common/base/status.h"

namespace furnace::gateway::http {
namespace {

struct MappingCase {
  absl::StatusCode code;
  std::string name;
  int http_status;
};

class ErrorMappingTest : public ::testing::TestWithParam<MappingCase> {};

TEST_P(ErrorMappingTest, Maps) {
  const Response response = ErrorResponse({GetParam().code, "text"}, "r1");
  EXPECT_EQ(response.status, GetParam().http_status);
  const std::string text = response.status == 500 ? "internal error" : "text";
  EXPECT_EQ(response.body,
            R"({"error":")" + text + R"(","code":")" + GetParam().name + R"(","request_id":"r1"})");
}

INSTANTIATE_TEST_SUITE_P(Table, ErrorMappingTest,
                         ::testing::ValuesIn<MappingCase>({
                             {absl::StatusCode::kInvalidArgument, "INVALID_ARGUMENT", 400},
                             {absl::StatusCode::kOutOfRange, "OUT_OF_RANGE", 400},
                             {absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED", 401},
                             {absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED", 403},
                             {absl::StatusCode::kNotFound, "NOT_FOUND", 404},
                             {absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS", 409},
                             {absl::StatusCode::kAborted, "ABORTED", 409},
                             {absl::StatusCode::kFailedPrecondition, "FAILED_PRECONDITION", 409},
                             {absl::StatusCode::kResourceExhausted, "RESOURCE_EXHAUSTED", 429},
                             {absl::StatusCode::kCancelled, "CANCELLED", 499},
                             {absl::StatusCode::kInternal, "INTERNAL", 500},
                             {absl::StatusCode::kUnknown, "UNKNOWN", 500},
                             {absl::StatusCode::kDataLoss, "DATA_LOSS", 500},
                             {absl::StatusCode::kUnimplemented, "UNIMPLEMENTED", 501},
                             {absl::StatusCode::kUnavailable, "UNAVAILABLE", 503},
                             {absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED", 504},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(ErrorResponseTest, TextIsQuoted) {
  const Response response = ErrorResponse(absl::NotFoundError("no \"x\"\n\xff"), "r1");
  EXPECT_EQ(response.body,
            "{\"error\":\"no \\\"x\\\"\\n\xef\xbf\xbd\",\"code\":\"NOT_FOUND\","
            "\"request_id\":\"r1\"}");
}

TEST(ErrorResponseTest, WhoShouldComeBackIsToldWhen) {
  const auto headers = ErrorResponse(absl::UnavailableError(""), "r").headers;
  ASSERT_EQ(headers.size(), 1U);
  EXPECT_EQ(headers.front().first, "Retry-After");
}

TEST(ErrorResponseTest, AServiceMaySayWhenToComeBack) {
  const auto wait_of = [](const absl::Status& status) {
    const auto headers = ErrorResponse(status, "r").headers;
    return headers.empty() ? "" : headers.front().second;
  };
  EXPECT_EQ(wait_of(WithRetryAfter(absl::ResourceExhaustedError(""), absl::Milliseconds(59'001))),
            "60");
  EXPECT_EQ(wait_of(absl::ResourceExhaustedError("")), "1");
  EXPECT_EQ(wait_of(WithRetryAfter(absl::NotFoundError(""), absl::Seconds(5))), "");
}

TEST(ReasonTest, EveryStatusWeSendHasAReason) {
  for (const int status : {200, 204, 400, 401, 403, 404, 405, 408, 409, 413, 414,
                           415, 417, 426, 429, 431, 499, 500, 501, 503, 504, 505}) {
    EXPECT_NE(ReasonOf(status), "Unknown") << status;
  }
}

}  // namespace
}  // namespace furnace::gateway::http
