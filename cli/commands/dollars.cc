#include "cli/commands/dollars.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "cli/session.h"

namespace furnace::cli {
namespace {

constexpr std::size_t kDecimals = 9;
constexpr std::size_t kMaxWholeDigits = 9;

bool IsDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

absl::StatusOr<std::int64_t> ParseDollars(std::string_view text, std::string_view what) {
  const auto wrong = [&](std::string_view fault) {
    return UsageError(fmt::format("{}: '{}': {}", what, text, fault));
  };
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative) rest.remove_prefix(1);
  if (rest.starts_with('$')) rest.remove_prefix(1);
  const std::size_t dot = std::min(rest.find('.'), rest.size());
  const std::string_view whole = rest.substr(0, dot);
  const std::string_view decimals = dot < rest.size() ? rest.substr(dot + 1) : "";
  if (whole.empty() || !IsDigits(whole) || !IsDigits(decimals) || rest.ends_with('.')) {
    return wrong("not an amount in dollars, such as 0.00006");
  }
  if (decimals.size() > kDecimals) return wrong("more than nine decimals");
  if (whole.size() > kMaxWholeDigits) return wrong("a billion dollars or more");
  std::string digits(whole);
  digits.append(decimals).append(kDecimals - decimals.size(), '0');
  std::int64_t nanos = 0;
  for (const char digit : digits) nanos = nanos * 10 + (digit - '0');
  return negative ? -nanos : nanos;
}

}  // namespace furnace::cli
