#include "services/metering/storage/postgres/int_array.h"

#include "libs/common/base/status.h"
#include "libs/common/ledger/text_reader.h"

namespace furnace::metering {

std::string IntArray(const OptionalInts& values) {
  std::string text = "{";
  for (const std::optional<std::int64_t>& value : values) {
    if (text.size() > 1) text.push_back(',');
    text += value ? std::to_string(*value) : "NULL";
  }
  text.push_back('}');
  return text;
}

absl::StatusOr<OptionalInts> ParseIntArray(std::string_view text) {
  OptionalInts values;
  if (text.size() < 2) return absl::InternalError("not an array of integers");
  text = text.substr(1, text.size() - 2);
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view item = text.substr(0, comma);
    values.emplace_back();
    if (item != "NULL") {
      FURNACE_ASSIGN_OR_RETURN(values.back(), ledger::ParseInt64(item));
    }
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return values;
}

}  // namespace furnace::metering
