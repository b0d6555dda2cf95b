#include "services/metering/domain/attributes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxText = 128;
constexpr std::size_t kMaxDigits = 18;
constexpr std::size_t kMaxCondition = 4'096;
constexpr std::size_t kMaxValues = 50;

// Longer ones before those that they begin with.
constexpr std::array<std::pair<std::string_view, Comparison>, 6> kOperators = {{
    {"!=", Comparison::kNotEqual},
    {"<=", Comparison::kAtMost},
    {">=", Comparison::kAtLeast},
    {"=", Comparison::kEqual},
    {"<", Comparison::kLess},
    {">", Comparison::kMore},
}};

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return IsLower(c) || (c >= 'A' && c <= 'Z'); }
bool IsNameChar(char c) { return IsLower(c) || IsDigit(c) || c == '_'; }
bool IsTextChar(char c) {
  return IsLetter(c) || IsDigit(c) || std::string_view("_.:/@-").find(c) != std::string_view::npos;
}

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName && IsLower(name.front()) &&
         std::all_of(name.begin(), name.end(), IsNameChar);
}

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

absl::Status BadCondition(std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "condition: {}", what);
}

// "(a, b)".
absl::StatusOr<std::vector<AttributeValue>> ParseList(std::string_view text) {
  if (!text.starts_with('(') || !text.ends_with(')')) {
    return BadCondition("in takes a list: (a, b)");
  }
  text = text.substr(1, text.size() - 2);
  std::vector<AttributeValue> values;
  for (bool more = true; more;) {
    const auto comma = text.find(',');
    more = comma != std::string_view::npos;
    FURNACE_ASSIGN_OR_RETURN(AttributeValue value,
                             ParseAttributeValue(Trim(text.substr(0, comma))));
    values.push_back(std::move(value));
    if (values.size() > kMaxValues) return BadCondition("more than 50 values");
    if (more) text.remove_prefix(comma + 1);
  }
  return values;
}

bool IsOrdered(Comparison comparison) {
  return comparison == Comparison::kLess || comparison == Comparison::kAtMost ||
         comparison == Comparison::kMore || comparison == Comparison::kAtLeast;
}

absl::StatusOr<Condition> ParseComparison(std::string name, std::string_view rest) {
  for (const auto& [symbol, comparison] : kOperators) {
    if (!rest.starts_with(symbol)) continue;
    FURNACE_ASSIGN_OR_RETURN(AttributeValue value,
                             ParseAttributeValue(Trim(rest.substr(symbol.size()))));
    if (IsOrdered(comparison) && !std::holds_alternative<std::int64_t>(value)) {
      return BadCondition("only numbers are less or more");
    }
    return Condition{std::move(name), comparison, {std::move(value)}};
  }
  return BadCondition("after the attribute: =, !=, <, <=, >, >= or in");
}

}  // namespace

absl::StatusOr<AttributeValue> ParseAttributeValue(std::string_view text) {
  if (text == "true") return AttributeValue(true);
  if (text == "false") return AttributeValue(false);
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (!digits.empty() && digits.size() <= kMaxDigits &&
      std::all_of(digits.begin(), digits.end(), IsDigit)) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return AttributeValue(number);
  }
  if (text.size() > kMaxText || !std::all_of(text.begin(), text.end(), IsTextChar) ||
      std::none_of(text.begin(), text.end(), IsLetter)) {
    return absl::InvalidArgumentError(
        "a value is true, false, an integer of at most 18 digits, or a text of at most 128 "
        "letters, digits and _.:/@- with a letter in it");
  }
  return AttributeValue(std::string(text));
}

std::string ToText(const AttributeValue& value) {
  if (const bool* const flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* const number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return std::get<std::string>(value);
}

absl::StatusOr<Attributes> ParseAttributes(const std::map<std::string, std::string>& texts) {
  if (texts.size() > kMaxAttributes) {
    return Error(absl::StatusCode::kInvalidArgument, "attributes: at most {}, not {}",
                 kMaxAttributes, texts.size());
  }
  Attributes attributes;
  for (const auto& [name, text] : texts) {
    if (!IsName(name)) {
      return absl::InvalidArgumentError(
          "attributes: a name is a small letter, then small letters, digits and _, at most 64");
    }
    absl::StatusOr<AttributeValue> value = ParseAttributeValue(text);
    if (!value.ok()) return Annotate(value.status(), "attributes: " + name);
    attributes.emplace(name, *std::move(value));
  }
  return attributes;
}

absl::StatusOr<Condition> ParseCondition(std::string_view text) {
  if (text.size() > kMaxCondition) return BadCondition("longer than 4096 characters");
  text = Trim(text);
  const auto name_end = std::find_if_not(text.begin(), text.end(), IsNameChar);
  std::string name(text.begin(), name_end);
  if (!IsName(name)) return BadCondition("does not begin with the name of an attribute");
  const std::string_view after = text.substr(name.size());
  const std::string_view rest = Trim(after);
  if (rest.starts_with("in") && after.starts_with(' ')) {
    FURNACE_ASSIGN_OR_RETURN(auto values, ParseList(Trim(rest.substr(2))));
    return Condition{std::move(name), Comparison::kIn, std::move(values)};
  }
  return ParseComparison(std::move(name), rest);
}

std::string ToText(const Condition& condition) {
  if (condition.comparison != Comparison::kIn) {
    for (const auto& [symbol, comparison] : kOperators) {
      if (comparison != condition.comparison) continue;
      return fmt::format("{} {} {}", condition.attribute, symbol, ToText(condition.values.front()));
    }
  }
  std::string list;
  for (const AttributeValue& value : condition.values) {
    list += (list.empty() ? "" : ", ") + ToText(value);
  }
  return fmt::format("{} in ({})", condition.attribute, list);
}

bool Holds(const Condition& condition, const Attributes& attributes) {
  const auto found = attributes.find(condition.attribute);
  if (found == attributes.end()) return false;
  const AttributeValue& actual = found->second;
  const auto equals = [&](const AttributeValue& value) { return value == actual; };
  if (condition.comparison == Comparison::kIn) {
    return std::any_of(condition.values.begin(), condition.values.end(), equals);
  }
  const AttributeValue& value = condition.values.front();
  if (value.index() != actual.index()) return false;
  switch (condition.comparison) {
    case Comparison::kEqual: return actual == value;
    case Comparison::kNotEqual: return actual != value;
    case Comparison::kLess: return actual < value;
    case Comparison::kAtMost: return actual <= value;
    case Comparison::kMore: return actual > value;
    case Comparison::kAtLeast: return actual >= value;
    case Comparison::kIn: break;
  }
  return false;
}

}  // namespace furnace::metering
