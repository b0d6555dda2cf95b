#include "libs/common/rpc/status_mapping.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "libs/common/base/status.h"

namespace furnace::rpc {
namespace {

TEST(ToGrpcTest, EveryCodeKeepsItsNumberThereAndBack) {
  for (int code = 0; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "why");
    const grpc::Status mapped = ToGrpc(status);
    EXPECT_EQ(static_cast<int>(mapped.error_code()), code);
    EXPECT_EQ(FromGrpc(mapped).code(), status.code());
  }
}

TEST(ToGrpcTest, MessagesComeThroughUnlessTheyMayQuoteOurInside) {
  EXPECT_EQ(ToGrpc(absl::NotFoundError("no job 7")).error_message(), "no job 7");
  EXPECT_EQ(FromGrpc(ToGrpc(absl::NotFoundError("no job 7"))), absl::NotFoundError("no job 7"));
  EXPECT_EQ(ToGrpc(absl::InternalError("SELECT secret")).error_message(), "internal error");
  EXPECT_EQ(ToGrpc(absl::UnknownError("10.0.0.1")).error_message(), "internal error");
}

TEST(ToGrpcTest, LongMessagesAreCut) {
  const absl::Status status = absl::InvalidArgumentError(std::string(100'000, 'x'));
  EXPECT_EQ(ToGrpc(status).error_message().size(), 2000u);
}

TEST(ToGrpcTest, WhenToTryAgainComesThrough) {
  const absl::Status status =
      WithRetryAfter(absl::ResourceExhaustedError("full"), absl::Seconds(3600));
  const absl::Status back = FromGrpc(ToGrpc(status));
  EXPECT_EQ(back.message(), "full");
  EXPECT_EQ(RetryAfterOf(back), absl::Seconds(3600));
  EXPECT_EQ(RetryAfterOf(FromGrpc(ToGrpc(absl::ResourceExhaustedError("full")))), std::nullopt);
}

TEST(FromGrpcTest, DetailsThatAreNoneOfOursAreLeftOut) {
  const grpc::Status status(grpc::StatusCode::ABORTED, "x", "\xff not a message");
  EXPECT_EQ(FromGrpc(status), absl::AbortedError("x"));
}

TEST(ReportToGrpcTest, MapsAsToGrpcDoes) {
  EXPECT_EQ(ReportToGrpc(absl::InternalError("x"), "SubmitRequest").error_message(),
            "internal error");
  EXPECT_EQ(ReportToGrpc(absl::AbortedError("x"), "SubmitRequest").error_message(), "x");
  EXPECT_TRUE(ReportToGrpc(absl::OkStatus(), "SubmitRequest").ok());
}

}  // namespace
}  // namespace furnace::rpc
