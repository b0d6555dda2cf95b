#include "services/worker/domain/loose_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace furnace::worker {
namespace {

constexpr std::array<std::string_view, 3> kNoNumbers = {"NaN", "Infinity", "-Infinity"};
constexpr std::string_view kReplacement = "\\ufffd";
constexpr std::size_t kEscapeBytes = 6;  // Of "\uXXXX".

// The code unit that "\uXXXX" at the start of `text` stands for.
std::optional<unsigned> EscapedUnit(std::string_view text) {
  if (text.size() < kEscapeBytes || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  const char* end = text.data() + kEscapeBytes;
  const auto [last, error] = std::from_chars(text.data() + 2, end, unit, 16);
  if (error != std::errc() || last != end) return std::nullopt;
  return unit;
}

bool IsHigh(std::optional<unsigned> unit) { return unit && *unit >= 0xd800 && *unit < 0xdc00; }
bool IsLow(std::optional<unsigned> unit) { return unit && *unit >= 0xdc00 && *unit < 0xe000; }

// Takes an escape off the front of `text`, and appends what it is to be.
void TakeEscape(std::string_view& text, std::string& out) {
  const std::optional<unsigned> unit = EscapedUnit(text);
  std::size_t size = unit ? kEscapeBytes : 2;
  if (IsHigh(unit) && IsLow(EscapedUnit(text.substr(kEscapeBytes)))) size = 2 * kEscapeBytes;
  const bool half = size == kEscapeBytes && (IsHigh(unit) || IsLow(unit));
  out += half ? kReplacement : text.substr(0, size);
  text.remove_prefix(std::min(size, text.size()));
}

// Takes a string off the front of `text`, quotes included.
void TakeString(std::string_view& text, std::string& out) {
  do {
    if (text.front() == '\\') {
      TakeEscape(text, out);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  } while (!text.empty() && text.front() != '"');
}

// Takes one of kNoNumbers off the front of `text`, if there is one.
bool TakeNoNumber(std::string_view& text) {
  for (const std::string_view word : kNoNumbers) {
    if (!text.starts_with(word)) continue;
    text.remove_prefix(word.size());
    return true;
  }
  return false;
}

}  // namespace

std::string StrictJson(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (TakeNoNumber(text)) {
      out += "null";
      continue;
    }
    if (text.front() == '"') TakeString(text, out);
    if (text.empty()) break;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace furnace::worker
