#include "services/metering/domain/usage_query.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr std::int64_t kElevenUs = kTenUs + kHourUs;
constexpr std::int64_t kNoonUs = kElevenUs + kHourUs;
constexpr std::int64_t kMarchUs = kTenUs - 10 * kHourUs;

TEST(PeriodOfTest, IsByDefaultTheMonthSoFar) {
  EXPECT_EQ(*PeriodOf(std::nullopt, std::nullopt, kTenUs + 5), (Span{kMarchUs, kTenUs + 5}));
  // The last microsecond of February belongs to February.
  EXPECT_EQ(PeriodOf(std::nullopt, std::nullopt, kMarchUs - 1)->start_us, kMarchUs - 28 * kDayUs);
  EXPECT_EQ(*PeriodOf(std::nullopt, std::nullopt, kMarchUs), (Span{kMarchUs, kMarchUs}));
}

TEST(PeriodOfTest, TakesWhatIsGiven) {
  EXPECT_EQ(*PeriodOf(kTenUs, kElevenUs, kNoonUs), (Span{kTenUs, kElevenUs}));
  EXPECT_EQ(*PeriodOf(kTenUs, std::nullopt, kNoonUs), (Span{kTenUs, kNoonUs}));
  EXPECT_EQ(*PeriodOf(std::nullopt, kElevenUs, kNoonUs), (Span{kMarchUs, kElevenUs}));
  EXPECT_EQ(*PeriodOf(kTenUs, kTenUs, kNoonUs), (Span{kTenUs, kTenUs}));
}

TEST(PeriodOfTest, RefusesToEndBeforeItStarts) {
  EXPECT_TRUE(absl::IsInvalidArgument(PeriodOf(kTenUs, kTenUs - 1, kNoonUs).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(PeriodOf(kNoonUs + 1, std::nullopt, kNoonUs).status()));
}

TEST(PeriodOfTest, RefusesOver400Days) {
  EXPECT_TRUE(PeriodOf(kTenUs, kTenUs + kMaxPeriodUs, kNoonUs).ok());
  EXPECT_TRUE(
      absl::IsInvalidArgument(PeriodOf(kTenUs, kTenUs + kMaxPeriodUs + 1, kNoonUs).status()));
}

struct SplitCase {
  const char* name;
  Span period;
  Span whole_hours;
  std::vector<Span> edges;
};

class SplitAtHoursTest : public testing::TestWithParam<SplitCase> {};

TEST_P(SplitAtHoursTest, KeepsWholeHoursTogether) {
  const PeriodParts parts = SplitAtHours(GetParam().period);
  const bool has_hours = parts.whole_hours.start_us < parts.whole_hours.end_us;
  EXPECT_EQ(has_hours ? parts.whole_hours : Span{}, GetParam().whole_hours);
  EXPECT_EQ(parts.edges, GetParam().edges);
}

INSTANTIATE_TEST_SUITE_P(
    Table, SplitAtHoursTest,
    testing::ValuesIn<SplitCase>({
        {"Empty", {kTenUs + 1, kTenUs + 1}, {}, {}},
        {"EmptyOnTheHour", {kTenUs, kTenUs}, {}, {}},
        {"OneHour", {kTenUs, kElevenUs}, {kTenUs, kElevenUs}, {}},
        {"TwoHours", {kTenUs, kNoonUs}, {kTenUs, kNoonUs}, {}},
        {"InsideAnHour", {kTenUs + 1, kElevenUs - 1}, {}, {{kTenUs + 1, kElevenUs - 1}}},
        {"UpToTheHour", {kTenUs + 1, kElevenUs}, {}, {{kTenUs + 1, kElevenUs}}},
        {"FromTheHour", {kTenUs, kTenUs + 1}, {}, {{kTenUs, kTenUs + 1}}},
        {"AcrossAnHour",
         {kElevenUs - 2, kElevenUs + 3},
         {},
         {{kElevenUs - 2, kElevenUs}, {kElevenUs, kElevenUs + 3}}},
        {"BothEdges",
         {kTenUs - 2, kNoonUs + 3},
         {kTenUs, kNoonUs},
         {{kTenUs - 2, kTenUs}, {kNoonUs, kNoonUs + 3}}},
        {"OnlyATail", {kTenUs, kNoonUs + 3}, {kTenUs, kNoonUs}, {{kNoonUs, kNoonUs + 3}}},
        {"OnlyAHead", {kTenUs - 2, kNoonUs}, {kTenUs, kNoonUs}, {{kTenUs - 2, kTenUs}}},
        {"BeforeAllUsage", {-62'135'596'800'000'000, -1}, {}, {}},
        {"FromBeforeAllUsage",
         {kEarliestUs - kHourUs - 1, kEarliestUs + kHourUs},
         {kEarliestUs, kEarliestUs + kHourUs},
         {}},
    }),
    [](const auto& test) { return test.param.name; });

TEST(PartsOfTest, AJobIsReadFromItsSegments) {
  UsageQuery query{.project_id = "p", .period = {kTenUs - 2, kNoonUs + 3}};
  EXPECT_EQ(PartsOf(query).edges.size(), 2);
  query.job_id = "j";
  EXPECT_EQ(PartsOf(query).edges, (std::vector<Span>{query.period}));
  EXPECT_EQ(PartsOf(query).whole_hours, Span{});
  for (const Span empty : {Span{-5, -4}, Span{kTenUs, kTenUs}}) {
    query.period = empty;
    EXPECT_TRUE(PartsOf(query).edges.empty());
  }
}

}  // namespace
}  // namespace furnace::metering
