#include "services/scheduler/domain/cron_parser.h"

#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

constexpr std::size_t kMaxBytes = 256;
constexpr int kSunday = 7;

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kShortcuts = {{
    {"@hourly", "0 * * * *"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"},
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
}};

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed",
                                                       "thu", "fri", "sat"};

// What a field may hold. `names` are of the values from `min` on.
struct Field {
  const char* name;
  int min;
  int max;
  std::span<const std::string_view> names;
};

const std::array<Field, 5> kFields = {{{"minute", 0, 59, {}},
                                       {"hour", 0, 23, {}},
                                       {"day of month", 1, 31, {}},
                                       {"month", 1, 12, kMonths},
                                       {"day of week", 0, kSunday, kWeekdays}}};

template <typename... Args>
absl::Status Wrong(const Field& field, fmt::format_string<Args...> format, Args&&... args) {
  return Error(absl::StatusCode::kInvalidArgument, "{}: {}", field.name,
               fmt::format(format, std::forward<Args>(args)...));
}

std::optional<int> Number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && text[0] != '-' ? std::optional<int>(value) : std::nullopt;
}

absl::StatusOr<int> Value(const Field& field, std::string_view text) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(text));
  for (std::size_t i = 0; i < field.names.size(); ++i) {
    if (lower == field.names[i]) return field.min + static_cast<int>(i);
  }
  const std::optional<int> number = Number(text);
  if (!number) return Wrong(field, "'{}' is no value", text);
  if (*number < field.min || *number > field.max) {
    return Wrong(field, "{} is not from {} to {}", *number, field.min, field.max);
  }
  return *number;
}

struct Range {
  int first;
  int last;
};

// "*", "a" or "a-b".
absl::StatusOr<Range> ParseRange(const Field& field, std::string_view text) {
  if (text == "*") return Range{field.min, field.max};
  const std::size_t dash = text.find('-');
  FURNACE_ASSIGN_OR_RETURN(const int first, Value(field, text.substr(0, dash)));
  if (dash == std::string_view::npos) return Range{first, first};
  FURNACE_ASSIGN_OR_RETURN(int last, Value(field, text.substr(dash + 1)));
  if (last == 0 && first > 0 && field.max == kSunday) last = kSunday;  // fri-sun
  if (last < first) return Wrong(field, "'{}' ends before it begins", text);
  return Range{first, last};
}

// A range with or without a step.
absl::StatusOr<std::uint64_t> ParseItem(const Field& field, std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view values = text.substr(0, slash);
  FURNACE_ASSIGN_OR_RETURN(const Range range, ParseRange(field, values));
  int step = 1;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const std::optional<int> number = Number(digits);
    if (!number || *number < 1 || *number > field.max) {
      return Wrong(field, "step '{}' is not from 1 to {}", digits, field.max);
    }
    if (range.first == range.last) {
      return Wrong(field, "'{}': a step needs a range, such as {}-{}/{}", text, range.first,
                   field.max, *number);
    }
    step = *number;
  }
  std::uint64_t bits = 0;
  for (int value = range.first; value <= range.last; value += step) {
    bits |= std::uint64_t{1} << value;
  }
  return bits;
}

absl::StatusOr<std::uint64_t> ParseField(const Field& field, std::string_view text) {
  std::uint64_t bits = 0;
  for (const absl::string_view item : absl::StrSplit(ToAbsl(text), ',')) {
    FURNACE_ASSIGN_OR_RETURN(const std::uint64_t values, ParseItem(field, ToStd(item)));
    bits |= values;
  }
  return bits;
}

std::string_view WithoutShortcut(std::string_view text) {
  for (const auto& [shortcut, expression] : kShortcuts) {
    if (text == shortcut) return expression;
  }
  return text;
}

}  // namespace

absl::StatusOr<Cron> ParseCron(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return Error(absl::StatusCode::kInvalidArgument, "{} bytes, more than {}", text.size(),
                 kMaxBytes);
  }
  const std::vector<std::string> words =
      absl::StrSplit(ToAbsl(WithoutShortcut(text)), absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (words.size() != kFields.size()) {
    return Error(absl::StatusCode::kInvalidArgument,
                 "'{}' is neither five fields nor a shortcut such as @daily", text);
  }
  Cron cron;
  const std::array<std::uint64_t*, 5> fields = {&cron.minutes, &cron.hours, &cron.days,
                                                &cron.months, &cron.weekdays};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    FURNACE_ASSIGN_OR_RETURN(*fields[i], ParseField(kFields[i], words[i]));
  }
  if ((cron.weekdays >> kSunday & 1) != 0) {
    cron.weekdays = (cron.weekdays & ~(std::uint64_t{1} << kSunday)) | 1;
  }
  cron.either_day = words[2][0] != '*' && words[4][0] != '*';
  if (!EverFires(cron)) {
    return Error(absl::StatusCode::kInvalidArgument, "'{}' never fires", text);
  }
  return cron;
}

}  // namespace furnace::scheduler
