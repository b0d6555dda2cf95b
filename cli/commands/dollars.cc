#include "cli/commands/dollars.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "cli/session.h"

namespace furnace::cli {
namespace {

constexpr std::size_t kDecimals = 9;
constexpr std::size_t kMaxDigits = 9;

bool AreDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

absl::StatusOr<std::int64_t> ParseDollars(std::string_view text, std::string_view what) {
  const auto point = text.find('.');
  const std::string_view dollars = text.substr(0, point);
  std::string decimals(point == std::string_view::npos ? "0" : text.substr(point + 1));
  if (!AreDigits(dollars) || dollars.size() > kMaxDigits || !AreDigits(decimals) ||
      decimals.size() > kDecimals) {
    return UsageError(fmt::format("{}: dollars with at most nine decimals, like 99.50", what));
  }
  decimals.resize(kDecimals, '0');
  const std::string digits = std::string(dollars) + decimals;
  std::int64_t nanos = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), nanos);
  return nanos;
}

}  // namespace furnace::cli
