#include "libs/common/ledger/text_reader.h"

#include <charconv>

#include "libs/common/base/status.h"

namespace furnace::ledger {

absl::StatusOr<std::string_view> TextReader::Value(std::string_view name) {
  const std::size_t end = rest_.find('\n');
  if (end == std::string_view::npos || !NextIs(name)) {
    return Error(absl::StatusCode::kInvalidArgument, "a line '{}' is missing", name);
  }
  const std::string_view value = rest_.substr(name.size() + 1, end - name.size() - 1);
  rest_.remove_prefix(end + 1);
  return value;
}

absl::StatusOr<std::int64_t> TextReader::Integer(std::string_view name) {
  FURNACE_ASSIGN_OR_RETURN(const std::string_view value, Value(name));
  absl::StatusOr<std::int64_t> number = ParseInt64(value);
  return number.ok() ? number : Annotate(number.status(), name);
}

bool TextReader::NextIs(std::string_view name) const {
  const std::size_t end = rest_.find('\n');
  const std::string_view line = rest_.substr(0, end);
  return line.size() > name.size() && line.starts_with(name) && line[name.size()] == ' ';
}

absl::StatusOr<std::vector<std::string_view>> Words(std::string_view value, std::size_t count) {
  std::vector<std::string_view> words;
  while (words.size() + 1 < count) {
    const std::size_t space = value.find(' ');
    if (space == std::string_view::npos) {
      return Error(absl::StatusCode::kInvalidArgument, "fewer than {} words", count);
    }
    words.push_back(value.substr(0, space));
    value.remove_prefix(space + 1);
  }
  words.push_back(value);
  return words;
}

absl::StatusOr<std::int64_t> ParseInt64(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end) return absl::InvalidArgumentError("not an integer");
  return number;
}

}  // namespace furnace::ledger
