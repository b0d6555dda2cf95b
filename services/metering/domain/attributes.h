// What is known of a project, and conditions over it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

namespace furnace::metering {

inline constexpr std::size_t kMaxAttributes = 64;

/// A boolean, a number of at most 18 digits, or a text of at most 128 letters, digits and
/// _.:/@- that has a letter.
using AttributeValue = std::variant<bool, std::int64_t, std::string>;

/// By name: [a-z][a-z0-9_]*, at most 64 characters.
using Attributes = std::map<std::string, AttributeValue>;

/// What `text` stands for: "true" and "false", an integer, else a text. INVALID_ARGUMENT when
/// it is none of these.
absl::StatusOr<AttributeValue> ParseAttributeValue(std::string_view text);
std::string ToText(const AttributeValue& value);

/// INVALID_ARGUMENT, naming the attribute, when a name or value is none, or there are more
/// than kMaxAttributes.
absl::StatusOr<Attributes> ParseAttributes(const std::map<std::string, std::string>& texts);

enum class Comparison { kEqual, kNotEqual, kLess, kAtMost, kMore, kAtLeast, kIn };

/// "reputation >= 50", "tier in (gold, silver)".
struct Condition {
  std::string attribute = {};
  Comparison comparison = Comparison::kEqual;
  std::vector<AttributeValue> values = {};  // One, but for kIn.

  friend bool operator==(const Condition&, const Condition&) = default;
};

/// A condition is NAME OPERATOR VALUE, the operator one of = != < <= > >=, or
/// NAME in (VALUE, ...) with at most 50 values; what is ordered is a number. At most 4,096
/// characters. INVALID_ARGUMENT with what is wrong.
absl::StatusOr<Condition> ParseCondition(std::string_view text);

/// The condition's one spelling: parsed, it is the condition.
std::string ToText(const Condition& condition);

/// False when the attribute is missing or of another type than the value: when in doubt, a
/// condition does not hold.
bool Holds(const Condition& condition, const Attributes& attributes);

}  // namespace furnace::metering
