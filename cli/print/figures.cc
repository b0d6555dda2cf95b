#include "cli/print/figures.h"

#include <fmt/format.h>

#include <string_view>

namespace furnace::cli {
namespace {

// The magnitude also of the smallest int64, which has no positive twin.
std::uint64_t Magnitude(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return value < 0 ? 0 - bits : bits;
}

// `fraction` without the zeros at its end, but at least `min_digits` of it.
std::string TrimZeros(std::string fraction, std::size_t min_digits) {
  while (fraction.size() > min_digits && fraction.back() == '0') fraction.pop_back();
  return fraction;
}

}  // namespace

std::string FormatNanos(std::int64_t nanos) {
  constexpr std::uint64_t kNanosPerDollar = 1'000'000'000;
  const std::uint64_t amount = Magnitude(nanos);
  return fmt::format("{}${}.{}", nanos < 0 ? "-" : "", amount / kNanosPerDollar,
                     TrimZeros(fmt::format("{:09}", amount % kNanosPerDollar), 2));
}

std::string FormatMicros(std::int64_t micros) {
  constexpr std::uint64_t kMicrosPerSecond = 1'000'000;
  const std::uint64_t amount = Magnitude(micros);
  return fmt::format("{}{}.{} s", micros < 0 ? "-" : "", amount / kMicrosPerSecond,
                     TrimZeros(fmt::format("{:06}", amount % kMicrosPerSecond), 1));
}

std::string FormatMillis(std::int64_t millis) {
  if (millis < 1000) return fmt::format("{} ms", millis);
  const std::int64_t seconds = millis / 1000;
  if (seconds < 60) return fmt::format("{}.{} s", seconds, millis % 1000 / 100);
  if (seconds < 3600) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {:02} min", seconds / 3600, seconds % 3600 / 60);
}

std::string FormatMib(std::int64_t mib) {
  if (mib == 0) return "-";
  return mib % 1024 == 0 ? fmt::format("{} GiB", mib / 1024) : fmt::format("{} MiB", mib);
}

std::string FormatTimestamp(const std::string& rfc3339) {
  absl::Time time;
  if (!absl::ParseTime(absl::RFC3339_full, rfc3339, &time, nullptr)) return rfc3339;
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace furnace::cli
