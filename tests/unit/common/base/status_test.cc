#include "libs/common/base/status.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace furnace {
namespace {

TEST(ErrorTest, FormatsAsFmtDoes) {
  const std::string_view view = "job";
  const absl::Status status = Error(absl::StatusCode::kNotFound, "no {} {}", view, 7);
  EXPECT_EQ(status, absl::NotFoundError("no job 7"));
}

TEST(AnnotateTest, PutsTheContextBeforeTheMessage) {
  EXPECT_EQ(Annotate(absl::DataLossError("torn"), "spool"), absl::DataLossError("spool: torn"));
}

TEST(AnnotateTest, LeavesOkAlone) { EXPECT_TRUE(Annotate(absl::OkStatus(), "spool").ok()); }

TEST(AnnotateTest, KeepsPayloads) {
  absl::Status status = absl::DataLossError("torn");
  status.SetPayload("type.furnace/x", absl::Cord("payload"));
  const absl::Status annotated = Annotate(status, "spool");
  EXPECT_EQ(annotated.GetPayload("type.furnace/x"), absl::Cord("payload"));
}

TEST(RetryAfterTest, IsInWholeSecondsAndAtLeastOne) {
  EXPECT_EQ(RetryAfterOf(absl::AbortedError("x")), std::nullopt);
  for (const auto& [wait, told] : {std::pair(absl::Milliseconds(1500), absl::Seconds(2)),
                                   std::pair(absl::Hours(24), absl::Hours(24)),
                                   std::pair(-absl::Hours(1), absl::Seconds(1))}) {
    EXPECT_EQ(RetryAfterOf(WithRetryAfter(absl::AbortedError("x"), wait)), told);
  }
}

absl::StatusOr<std::unique_ptr<int>> Make(bool ok) {
  if (!ok) return absl::AbortedError("made nothing");
  return std::make_unique<int>(7);
}

absl::StatusOr<int> UseMoveOnly(bool ok) {
  FURNACE_ASSIGN_OR_RETURN(const std::unique_ptr<int> made, Make(ok));
  return *made;
}

absl::Status UseTwice(bool first, bool second) {
  FURNACE_ASSIGN_OR_RETURN(std::unique_ptr<int> made, Make(first));
  FURNACE_ASSIGN_OR_RETURN(made, Make(second));
  return absl::OkStatus();
}

absl::Status ReturnIfError(const absl::Status& given) {
  FURNACE_RETURN_IF_ERROR(given);
  return absl::OutOfRangeError("went on");
}

TEST(AssignOrReturnTest, MovesTheValueOutOrReturnsTheStatus) {
  EXPECT_EQ(*UseMoveOnly(true), 7);
  EXPECT_EQ(UseMoveOnly(false).status(), absl::AbortedError("made nothing"));
}

TEST(AssignOrReturnTest, AssignsToWhatExists) {
  EXPECT_TRUE(UseTwice(true, true).ok());
  EXPECT_TRUE(absl::IsAborted(UseTwice(true, false)));
}

TEST(ReturnIfErrorTest, GoesOnOnlyWhenOk) {
  EXPECT_TRUE(absl::IsOutOfRange(ReturnIfError(absl::OkStatus())));
  EXPECT_TRUE(absl::IsAborted(ReturnIfError(absl::AbortedError("no"))));
}

TEST(StringViewTest, CrossesToAbseilAndBack) {
  const std::string_view text("a\0b", 3);
  EXPECT_EQ(ToStd(ToAbsl(text)), text);
}

}  // namespace
}  // namespace furnace
