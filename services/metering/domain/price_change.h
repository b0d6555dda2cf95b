#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "services/metering/domain/pricing.h"

namespace furnace::metering {

/// Most lines that one change of the price list has.
inline constexpr std::size_t kMaxPricesOfChange = 1'000;
/// The highest price of a unit: 1,000 USD.
inline constexpr std::int64_t kMaxPriceNanos = 1'000'000'000'000;
/// How far ahead a price is announced at most.
inline constexpr std::int64_t kMaxAheadUs = 400 * kDayUs;

/// Whether `price` may enter the list at `now_us`.
///
/// INVALID_ARGUMENT, naming the field, for what is malformed or out of range;
/// FAILED_PRECONDITION for one that would be in force before the present UTC hour, in which
/// usage may have been booked.
absl::Status CheckChange(const Price& price, std::int64_t now_us);

}  // namespace furnace::metering
