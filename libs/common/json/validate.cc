#include <simdjson.h>

#include <algorithm>

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::json {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Walks over one JSON text (RFC 8259). Not simdjson's parser: that one refuses
// numbers which do not fit a machine word, and a payload is none of our business.
//
// Each method moves past what it is named for, or is false and leaves the position
// where the text went wrong.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool Text() { return Value(0) && (Space(), position_ == text_.size()); }

  std::size_t position() const { return position_; }
  bool too_deep() const { return too_deep_; }

 private:
  // The character here; NUL, which starts and continues nothing, at the end.
  char Peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }

  bool Take(char c) {
    if (Peek() != c || position_ == text_.size()) return false;
    ++position_;
    return true;
  }

  void Space() {
    position_ = std::min(text_.find_first_not_of(" \t\r\n", position_), text_.size());
  }

  bool Value(std::size_t depth) {
    Space();
    switch (Peek()) {
      case '{': return Deeper(depth) && Object(depth + 1);
      case '[': return Deeper(depth) && Array(depth + 1);
      case '"': return String();
      case 't': return Literal("true");
      case 'f': return Literal("false");
      case 'n': return Literal("null");
      default: return Number();
    }
  }

  bool Deeper(std::size_t depth) {
    too_deep_ = depth >= kMaxDepth;
    return !too_deep_;
  }

  bool Object(std::size_t depth) {
    ++position_;
    Space();
    if (Take('}')) return true;
    do {
      Space();
      if (!String()) return false;
      Space();
      if (!Take(':') || !Value(depth)) return false;
      Space();
    } while (Take(','));
    return Take('}');
  }

  bool Array(std::size_t depth) {
    ++position_;
    Space();
    if (Take(']')) return true;
    do {
      if (!Value(depth)) return false;
      Space();
    } while (Take(','));
    return Take(']');
  }

  bool String() {
    if (!Take('"')) return false;
    for (;;) {
      const char c = Peek();
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\') {
        if (!Escape()) return false;
        continue;
      }
      ++position_;
      if (c == '"') return true;
    }
  }

  bool Escape() {
    ++position_;
    if (Take('u')) return CodePoint();
    if (Peek() == '\0' || std::string_view("\"\\/bfnrt").find(Peek()) == std::string_view::npos) {
      return false;
    }
    ++position_;
    return true;
  }

  // What follows "\u": a character, or the two halves of one.
  bool CodePoint() {
    const int first = FourHex();
    if (first < 0xd800 || first > 0xdfff) return first >= 0;
    if (first >= 0xdc00 || !Take('\\') || !Take('u')) return false;
    const int second = FourHex();
    return second >= 0xdc00 && second <= 0xdfff;
  }

  int FourHex() {
    int value = 0;
    for (int i = 0; i < 4; ++i) {
      const int digit = HexValue(Peek());
      if (digit < 0) return -1;
      value = value * 16 + digit;
      ++position_;
    }
    return value;
  }

  bool Literal(std::string_view literal) {
    if (text_.substr(position_, literal.size()) != literal) return false;
    position_ += literal.size();
    return true;
  }

  bool Number() {
    Take('-');
    if (!Take('0') && !Digits()) return false;
    if (Take('.') && !Digits()) return false;
    if (Take('e') || Take('E')) {
      if (!Take('+')) Take('-');
      return Digits();
    }
    return true;
  }

  // One at least.
  bool Digits() {
    if (!IsDigit(Peek())) return false;
    while (IsDigit(Peek())) ++position_;
    return true;
  }

  const std::string_view text_;
  std::size_t position_ = 0;
  bool too_deep_ = false;
};

}  // namespace

absl::Status Validate(std::string_view text) {
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    return absl::InvalidArgumentError("not valid JSON: not UTF-8");
  }
  Scanner scanner(text);
  if (scanner.Text()) return absl::OkStatus();
  std::string_view problem = "unexpected character";
  if (scanner.position() == text.size()) problem = "unexpected end";
  if (scanner.too_deep()) problem = "nested too deeply";
  return Error(absl::StatusCode::kInvalidArgument, "not valid JSON: {} at byte {}", problem,
               scanner.position());
}

}  // namespace furnace::json
