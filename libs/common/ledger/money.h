// Exact money. Nothing here or near here is floating point.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace furnace::ledger {

// GCC takes __extension__ before a typedef only. NOLINTNEXTLINE(modernize-use-using)
__extension__ typedef __int128 Int128;

/// Decimal text, as numeric columns and logs take it.
std::string ToString(Int128 value);

/// The integer that `text` (an optional "-", then 1 to 38 digits) denotes.
/// INVALID_ARGUMENT for anything else.
absl::StatusOr<Int128> ParseInt128(std::string_view text);

/// `value` as an int64; OUT_OF_RANGE, naming `what`, when it does not fit.
absl::StatusOr<std::int64_t> ToInt64(Int128 value, std::string_view what);

/// `dividend` / `divisor`, rounded half to even. `divisor` is positive.
Int128 DivideHalfEven(Int128 dividend, Int128 divisor);

/// An exact amount in atto-dollars (1e-18 USD), at most 38 digits.
///
/// A price in nano-dollars per GPU-second times microseconds times thousandths of
/// a GPU is a whole number of these, so no charge of GPU time and no sum is ever
/// rounded.
struct AttoUsd {
  Int128 value = 0;

  friend constexpr bool operator==(const AttoUsd&, const AttoUsd&) = default;
};

inline constexpr std::int64_t kAttosPerNano = 1'000'000'000;
inline constexpr std::int64_t kMilliGpus = 1'000;  // One whole GPU.

constexpr AttoUsd operator-(AttoUsd amount) { return {-amount.value}; }

/// OUT_OF_RANGE when the sum has more than 38 digits.
absl::StatusOr<AttoUsd> Add(AttoUsd a, AttoUsd b);

/// What `gpu_milli_us` (microseconds times thousandths of a GPU) cost at
/// `price_nanos` a GPU-second. Any two int64 give at most 38 digits.
constexpr AttoUsd GpuCharge(std::int64_t price_nanos, std::int64_t gpu_milli_us) {
  return {static_cast<Int128>(price_nanos) * gpu_milli_us};
}

/// Microseconds of the month that storage is priced by: 730 hours.
inline constexpr std::int64_t kStorageMonthUs = 730 * std::int64_t{3'600'000'000};

/// What `byte_us` (bytes times microseconds) cost at `price_nanos` a GB-month, rounded
/// half to even: the one charge that is no whole number of atto-dollars. A petabyte for an
/// hour at 1,000 USD has 36 digits; more than 38 do not fit.
AttoUsd StorageCharge(std::int64_t price_nanos, Int128 byte_us);

constexpr AttoUsd FromNanos(std::int64_t nanos) {
  return {static_cast<Int128>(nanos) * kAttosPerNano};
}

/// `amount` as a figure to show: nano-dollars, rounded half to even. OUT_OF_RANGE
/// when they do not fit an int64 (9.2 billion USD).
absl::StatusOr<std::int64_t> ToNanos(AttoUsd amount);

}  // namespace furnace::ledger
