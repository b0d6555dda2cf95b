#include "libs/common/ledger/money.h"

#include <algorithm>
#include <limits>

#include "libs/common/base/status.h"

namespace furnace::ledger {
namespace {

constexpr std::size_t kMaxDigits = 38;

constexpr Int128 LargestAmount() {
  Int128 power = 1;
  for (std::size_t i = 0; i < kMaxDigits; ++i) power *= 10;
  return power - 1;
}

bool FitsInt64(Int128 value) {
  return value >= std::numeric_limits<std::int64_t>::min() &&
         value <= std::numeric_limits<std::int64_t>::max();
}

}  // namespace

std::string ToString(Int128 value) {
  // Most do, and are divided much faster.
  if (FitsInt64(value)) return std::to_string(static_cast<std::int64_t>(value));
  std::string digits;
  // Taken off a negative number one by one, for its opposite may not exist.
  for (Int128 rest = value; rest != 0; rest /= 10) {
    const int digit = static_cast<int>(rest % 10);
    digits.push_back(static_cast<char>('0' + (digit < 0 ? -digit : digit)));
  }
  if (value < 0) digits.push_back('-');
  std::reverse(digits.begin(), digits.end());
  return digits;
}

absl::StatusOr<Int128> ParseInt128(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  const bool all_digits =
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits.empty() || digits.size() > kMaxDigits || !all_digits) {
    return Error(absl::StatusCode::kInvalidArgument,
                 "not an integer of at most {} digits: {} characters", kMaxDigits, text.size());
  }
  Int128 value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return negative ? -value : value;
}

absl::StatusOr<std::int64_t> ToInt64(Int128 value, std::string_view what) {
  if (!FitsInt64(value)) {
    return Error(absl::StatusCode::kOutOfRange, "{}: {} does not fit 64 bits", what,
                 ToString(value));
  }
  return static_cast<std::int64_t>(value);
}

Int128 DivideHalfEven(Int128 dividend, Int128 divisor) {
  const Int128 quotient = dividend / divisor;
  const Int128 rest = dividend % divisor;
  const Int128 distance = rest < 0 ? -rest : rest;
  const Int128 to_next = divisor - distance;
  const bool away = distance > to_next || (distance == to_next && quotient % 2 != 0);
  if (!away) return quotient;
  return dividend < 0 ? quotient - 1 : quotient + 1;
}

absl::StatusOr<AttoUsd> Add(AttoUsd a, AttoUsd b) {
  constexpr Int128 kLargest = LargestAmount();
  Int128 sum = 0;
  if (__builtin_add_overflow(a.value, b.value, &sum) || sum > kLargest || sum < -kLargest) {
    return Error(absl::StatusCode::kOutOfRange, "an amount of money has more than {} digits",
                 kMaxDigits);
  }
  return AttoUsd{sum};
}

AttoUsd StorageCharge(std::int64_t price_nanos, Int128 byte_us) {
  // Nano-dollars a GB are atto-dollars a byte.
  return {DivideHalfEven(static_cast<Int128>(price_nanos) * byte_us, kStorageMonthUs)};
}

absl::StatusOr<std::int64_t> ToNanos(AttoUsd amount) {
  return ToInt64(DivideHalfEven(amount.value, kAttosPerNano), "nano-dollars");
}

}  // namespace furnace::ledger
