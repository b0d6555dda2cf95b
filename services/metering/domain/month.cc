#include "services/metering/domain/month.h"

#include <fmt/format.h>

#include <algorithm>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr int kFirstYear = 2020;
constexpr int kLastYear = 9998;

std::int64_t StartOf(absl::CivilMonth month) {
  return absl::ToUnixMicros(absl::FromCivil(month, absl::UTCTimeZone()));
}

Span SpanOf(absl::CivilMonth month) { return {StartOf(month), StartOf(month + 1)}; }

std::string Format(const char* format, std::int64_t time_us) {
  return absl::FormatTime(format, absl::FromUnixMicros(time_us), absl::UTCTimeZone());
}

}  // namespace

Span MonthAt(std::int64_t time_us) {
  return SpanOf(absl::ToCivilMonth(absl::FromUnixMicros(time_us), absl::UTCTimeZone()));
}

absl::StatusOr<Span> ParseMonth(std::string_view text) {
  const absl::Status bad = absl::InvalidArgumentError("month: must be like 2026-03");
  if (text.size() != 7 || text[4] != '-') return bad;
  int digits = 0;
  for (const char c : {text[0], text[1], text[2], text[3], text[5], text[6]}) {
    if (c < '0' || c > '9') return bad;
    digits = digits * 10 + (c - '0');
  }
  const int year = digits / 100;
  const int month = digits % 100;
  if (month < 1 || month > 12 || year < kFirstYear || year > kLastYear) return bad;
  return SpanOf(absl::CivilMonth(year, month));
}

std::string PeriodText(Span period) {
  if (MonthAt(period.start_us) == period) return Format("%E4Y-%m", period.start_us);
  return TimeText(period.start_us) + "/" + TimeText(period.end_us);
}

std::string TimeText(std::int64_t time_us) {
  return Format(time_us % kSecondUs == 0 ? "%E4Y-%m-%dT%H:%M:%SZ" : "%E4Y-%m-%dT%H:%M:%E6SZ",
                time_us);
}

}  // namespace furnace::metering
