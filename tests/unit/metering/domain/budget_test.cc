#include "services/metering/domain/budget.h"

#include <gtest/gtest.h>

#include <string>

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

absl::Time At(const std::string& text) {
  absl::Time time;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) << text;
  return time;
}

BudgetSpec ASpec() { return {.name = "monthly", .limit = 1}; }

TEST(SpanOf, BeginsAndEndsAtFullHoursOfUtc) {
  struct Case {
    BudgetWindow window;
    const char* now;
    const char* start;
    const char* end;
  };
  for (const Case& c : {
           Case{BudgetWindow::kHour, "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z",
                "2026-03-01T01:00:00Z"},
           Case{BudgetWindow::kHour, "2026-03-01T00:59:59.999999Z", "2026-03-01T00:00:00Z",
                "2026-03-01T01:00:00Z"},
           Case{BudgetWindow::kDay, "2024-02-28T23:00:00Z", "2024-02-28T00:00:00Z",
                "2024-02-29T00:00:00Z"},
           Case{BudgetWindow::kDay, "2024-02-28T23:30:00-01:00", "2024-02-29T00:00:00Z",
                "2024-03-01T00:00:00Z"},
           Case{BudgetWindow::kWeek, "2026-11-21T23:00:00Z", "2026-11-16T00:00:00Z",
                "2026-11-23T00:00:00Z"},
           Case{BudgetWindow::kWeek, "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z",
                "2026-11-30T00:00:00Z"},
           Case{BudgetWindow::kWeek, "2026-11-22T23:59:59Z", "2026-11-16T00:00:00Z",
                "2026-11-23T00:00:00Z"},
           Case{BudgetWindow::kMonth, "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z",
                "2027-01-01T00:00:00Z"},
       }) {
    EXPECT_EQ(SpanOf(c.window, absl::UnixEpoch(), At(c.now)),
              (BudgetSpan{.start = At(c.start), .end = At(c.end)}))
        << c.now;
  }
}

TEST(SpanOf, OfAGrantHasNoEnd) {
  EXPECT_EQ(SpanOf(BudgetWindow::kGrant, At("2026-03-01T10:20:30Z"), At("2030-01-01T00:00:00Z")),
            (BudgetSpan{.start = At("2026-03-01T10:00:00Z"), .end = absl::InfiniteFuture()}));
}

TEST(ReachedThresholds, AreThoseThatAreSpentInFull) {
  const std::vector<int> thresholds = {50, 80, 100};
  EXPECT_EQ(ReachedThresholds(thresholds, 1000, 499), std::vector<int>());
  EXPECT_EQ(ReachedThresholds(thresholds, 1000, 500), (std::vector<int>{50}));
  EXPECT_EQ(ReachedThresholds(thresholds, 1000, 1001), thresholds);
  EXPECT_EQ(ReachedThresholds({1}, 1, 0), std::vector<int>()) << "nothing is nothing";
  EXPECT_EQ(ReachedThresholds({1000}, kMaxBudgetLimit, kMaxBudgetLimit), std::vector<int>());
}

TEST(Validate, NamesTheFieldThatIsWrong) {
  EXPECT_TRUE(Validate(ASpec()).ok());
  const auto fails = [](const char* field, auto change) {
    BudgetSpec spec = ASpec();
    change(spec);
    const absl::Status status = Validate(spec);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << field;
    EXPECT_TRUE(ToStd(status.message()).starts_with(field)) << status;
  };
  fails("name", [](BudgetSpec& spec) { spec.name = ""; });
  fails("name", [](BudgetSpec& spec) { spec.name = "1a"; });
  fails("name", [](BudgetSpec& spec) { spec.name = "a b"; });
  fails("name", [](BudgetSpec& spec) { spec.name = std::string(64, 'a'); });
  fails("endpoint_id", [](BudgetSpec& spec) { spec.endpoint_id = "x"; });
  fails("api_key_id", [](BudgetSpec& spec) { spec.api_key_id = "x"; });
  fails("limit_nanos", [](BudgetSpec& spec) { spec.limit = 0; });
  fails("limit_nanos", [](BudgetSpec& spec) { spec.limit = -1; });
  fails("limit_gpu_time_us", [](BudgetSpec& spec) {
    spec.unit = BudgetUnit::kGpuTimeUs;
    spec.limit = kMaxBudgetLimit + 1;
  });
  fails("webhook", [](BudgetSpec& spec) { spec.webhook = "ftp://example.com"; });
  fails("thresholds", [](BudgetSpec& spec) { spec.thresholds = {0}; });
  fails("thresholds", [](BudgetSpec& spec) { spec.thresholds = {50, 50}; });
  fails("thresholds", [](BudgetSpec& spec) { spec.thresholds = {1001}; });
  fails("thresholds",
        [](BudgetSpec& spec) { spec.thresholds = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}; });
}

TEST(CheckChange, RefusesWhatWouldGiveTheSumAnotherMeaning) {
  BudgetSpec after = ASpec();
  after.limit = 7;
  after.name = "x";
  after.hard_stop = true;
  EXPECT_TRUE(CheckChange(ASpec(), after).ok());
  for (const auto& change : std::vector<void (*)(BudgetSpec&)>{
           [](BudgetSpec& spec) { spec.endpoint_id = "e"; },
           [](BudgetSpec& spec) { spec.api_key_id = "k"; },
           [](BudgetSpec& spec) { spec.unit = BudgetUnit::kGpuTimeUs; },
           [](BudgetSpec& spec) { spec.window = BudgetWindow::kDay; }}) {
    after = ASpec();
    change(after);
    EXPECT_TRUE(absl::IsInvalidArgument(CheckChange(ASpec(), after)));
  }
}

}  // namespace
}  // namespace furnace::metering
