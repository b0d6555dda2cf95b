// Integers of the API as people read them. Nothing here is a floating-point number.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace furnace::cli {

/// Nano-dollars as dollars, exact: "$0.000123456", "$1.50", "-$0.02". Two to nine
/// decimals; zeros after the second are left out.
std::string FormatNanos(std::int64_t nanos);

/// Microseconds as seconds, exact to the microsecond: "12.345678 s", "3.0 s".
std::string FormatMicros(std::int64_t micros);

/// Milliseconds for reading: "840 ms", "12.3 s", "4 min 05 s", "3 h 10 min".
std::string FormatMillis(std::int64_t millis);

/// MiB for reading: "20 GiB", "512 MiB"; 0 is "-".
std::string FormatMib(std::int64_t mib);

/// An RFC 3339 time without its fraction of a second; anything else as it is.
std::string FormatTimestamp(const std::string& rfc3339);

}  // namespace furnace::cli
