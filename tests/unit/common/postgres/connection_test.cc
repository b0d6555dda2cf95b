#include "libs/common/postgres/connection.h"

#include <gtest/gtest.h>

#include "libs/common/postgres/pool.h"

namespace furnace::postgres {
namespace {

TEST(CodeFromSqlStateTest, FollowsTheTable) {
  using absl::StatusCode;
  const std::pair<const char*, StatusCode> cases[] = {
      {"08006", StatusCode::kUnavailable},
      {"08P01", StatusCode::kUnavailable},
      {"53300", StatusCode::kUnavailable},
      {"57P01", StatusCode::kUnavailable},
      {"57P03", StatusCode::kUnavailable},
      {"57014", StatusCode::kDeadlineExceeded},
      {"40001", StatusCode::kAborted},
      {"40P01", StatusCode::kAborted},
      {"23505", StatusCode::kAlreadyExists},
      {"23503", StatusCode::kFailedPrecondition},
      {"23514", StatusCode::kFailedPrecondition},
      {"22P02", StatusCode::kInvalidArgument},
      {"22003", StatusCode::kInvalidArgument},
      {"42P01", StatusCode::kInternal},
      {"", StatusCode::kInternal},
  };
  for (const auto& [sqlstate, code] : cases)
    EXPECT_EQ(CodeFromSqlState(sqlstate), code) << sqlstate;
}

TEST(TimeParamTest, KeepsMicrosecondsAndNull) {
  EXPECT_EQ(TimeParam(absl::FromUnixMicros(1'700'000'000'123'456)),
            "2023-11-14T22:13:20.123456+00:00");
  EXPECT_EQ(TimeParam(absl::FromUnixNanos(1'700'000'000'123'456'999)),
            TimeParam(absl::FromUnixMicros(1'700'000'000'123'456)))
      << "rounded down, as everywhere";
  EXPECT_EQ(TimeParam(std::nullopt), std::nullopt);
}

TEST(ArrayLiteralTest, QuotesEverything) {
  EXPECT_EQ(ArrayLiteral({}), "{}");
  EXPECT_EQ(ArrayLiteral({"a", "b c"}), R"({"a","b c"})");
  EXPECT_EQ(ArrayLiteral({"", "NULL", std::nullopt}), R"({"","NULL",NULL})");
  EXPECT_EQ(ArrayLiteral({R"(a"b\c)", "{,}"}), R"({"a\"b\\c","{,}"})");
}

TEST(WithDeadlinesTest, LimitsEveryWait) {
  EXPECT_EQ(WithDeadlines("host=a", absl::Seconds(3)),
            "host=a connect_timeout=5 tcp_user_timeout=10000 options='-c statement_timeout=3000 -c "
            "idle_in_transaction_session_timeout=60000 -c jit=off -c hash_mem_multiplier=8'");
}

}  // namespace
}  // namespace furnace::postgres
