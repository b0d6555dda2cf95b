#pragma once

#include <string>

#include "services/metering/domain/money.h"

namespace furnace::metering {

/// `value` / 10^`scale` written out exactly, as JSON takes a number: "0.25", "-3", "0".
/// No exponent and no trailing zeros. `scale` is 0 to 38.
std::string Decimal(Int128 value, int scale);

}  // namespace furnace::metering
