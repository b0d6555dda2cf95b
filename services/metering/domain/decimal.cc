#include "services/metering/domain/decimal.h"

#include <algorithm>

namespace furnace::metering {

std::string Decimal(Int128 value, int scale) {
  const auto places = static_cast<std::size_t>(scale);
  const bool negative = value < 0;
  std::string digits = ToString(value).substr(negative ? 1 : 0);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  std::string fraction = digits.substr(digits.size() - places);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  std::string text = negative ? "-" : "";
  text += digits.substr(0, digits.size() - places);
  if (!fraction.empty()) text += "." + fraction;
  return text;
}

}  // namespace furnace::metering
