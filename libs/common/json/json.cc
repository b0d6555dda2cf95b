#include "libs/common/json/json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>

#include "libs/common/base/status.h"

namespace furnace::json {
namespace {

namespace ondemand = simdjson::ondemand;

absl::Status NotA(std::string_view kind, std::string_view value) {
  constexpr std::size_t kShown = 40;
  return Error(absl::StatusCode::kInvalidArgument, "expected {}, got {}{}", kind,
               value.substr(0, kShown), value.size() > kShown ? "..." : "");
}

std::string_view Trim(std::string_view value) {
  constexpr std::string_view kSpace = " \t\r\n";
  value.remove_prefix(std::min(value.find_first_not_of(kSpace), value.size()));
  return value.substr(0, value.find_last_not_of(kSpace) + 1);
}

// `value` read whole as a number; nullopt when it is none or does not fit.
template <typename Number>
std::optional<Number> ParseNumber(std::string_view value) {
  const std::string_view text = Trim(value);
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Bytes of the UTF-8 character at the start of `text`; 0 when there is none.
std::size_t CharacterBytes(std::string_view text) {
  for (std::size_t size = 1; size <= std::min<std::size_t>(4, text.size()); ++size) {
    if (simdjson::validate_utf8(text.data(), size)) return size;
  }
  return 0;
}

// simdjson wants slack behind the text, so it reads a copy; a slice of the copy
// is carried over to the text itself.
class Document {
 public:
  explicit Document(std::string_view text) : text_(text), copy_(text) {}

  simdjson::simdjson_result<ondemand::document> Iterate() { return parser_.iterate(copy_); }

  std::string_view Original(std::string_view slice) const {
    return text_.substr(static_cast<std::size_t>(slice.data() - copy_.data()), slice.size());
  }

 private:
  std::string_view text_;
  simdjson::padded_string copy_;
  ondemand::parser parser_;
};

// The tokens of a JSON pointer, unescaped.
absl::StatusOr<std::vector<std::string>> Tokens(std::string_view pointer) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    const char c = pointer[i];
    if (c == '/') {
      tokens.emplace_back();
    } else if (tokens.empty()) {
      return absl::InvalidArgumentError("a JSON pointer begins with /");
    } else if (c != '~') {
      tokens.back() += c;
    } else if (i + 1 < pointer.size() && (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
      tokens.back() += pointer[++i] == '0' ? '~' : '/';
    } else {
      return absl::InvalidArgumentError("~ in a JSON pointer is followed by 0 or 1");
    }
  }
  return tokens;
}

// Goes from a value to the member or element that `token` names; false: there is none.
bool Descend(ondemand::value& at, const std::string& token) {
  ondemand::object object;
  if (!at.get_object().get(object)) {
    for (auto field : object) {
      std::string_view key;
      if (field.unescaped_key().get(key)) return false;
      if (key == token) return !field.value().get(at);
    }
    return false;
  }
  ondemand::array array;
  const bool leading_zero = token.size() > 1 && token[0] == '0';
  const std::optional<std::uint64_t> index = ParseNumber<std::uint64_t>(token);
  if (!index || leading_zero || at.get_array().get(array)) return false;
  std::uint64_t position = 0;
  for (auto element : array) {
    if (position++ == *index) return !element.get(at);
  }
  return false;
}

}  // namespace

Kind KindOf(std::string_view value) {
  const std::string_view trimmed = Trim(value);
  switch (trimmed.empty() ? 'n' : trimmed.front()) {
    case '{': return Kind::kObject;
    case '[': return Kind::kArray;
    case '"': return Kind::kString;
    case 't':
    case 'f': return Kind::kBool;
    case 'n': return Kind::kNull;
    default: return Kind::kNumber;
  }
}

absl::StatusOr<std::vector<Member>> Members(std::string_view object) {
  Document document(object);
  ondemand::document root;
  ondemand::object fields;
  if (document.Iterate().get(root) || root.get_object().get(fields)) {
    return NotA("an object", object);
  }
  std::vector<Member> members;
  for (auto field : fields) {
    std::string_view key;
    std::string_view raw;
    ondemand::value value;
    if (field.unescaped_key().get(key) || field.value().get(value) ||
        simdjson::to_json_string(value).get(raw)) {
      return NotA("an object", object);
    }
    members.push_back({std::string(key), document.Original(raw)});
  }
  return members;
}

absl::StatusOr<std::vector<std::string_view>> Elements(std::string_view array) {
  Document document(array);
  ondemand::document root;
  ondemand::array values;
  if (document.Iterate().get(root) || root.get_array().get(values)) {
    return NotA("an array", array);
  }
  std::vector<std::string_view> elements;
  for (auto element : values) {
    std::string_view raw;
    ondemand::value value;
    if (element.get(value) || simdjson::to_json_string(value).get(raw)) {
      return NotA("an array", array);
    }
    elements.push_back(document.Original(raw));
  }
  return elements;
}

absl::StatusOr<std::string_view> At(std::string_view value, std::string_view pointer) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string> tokens, Tokens(pointer));
  if (tokens.empty()) return value;
  const absl::Status nowhere = absl::NotFoundError("the pointer leads nowhere");
  if (KindOf(value) != Kind::kObject && KindOf(value) != Kind::kArray) return nowhere;
  Document document(value);
  ondemand::document root;
  ondemand::value at;
  if (document.Iterate().get(root) || root.get_value().get(at)) return nowhere;
  for (const std::string& token : tokens) {
    if (!Descend(at, token)) return nowhere;
  }
  std::string_view raw;
  if (simdjson::to_json_string(at).get(raw)) return nowhere;
  return document.Original(raw);
}

absl::StatusOr<std::string> AsString(std::string_view value) {
  Document document(value);
  ondemand::document root;
  std::string_view text;
  if (document.Iterate().get(root) || root.get_string().get(text)) return NotA("a string", value);
  return std::string(text);
}

absl::StatusOr<std::int64_t> AsInt64(std::string_view value) {
  const std::optional<std::int64_t> number = ParseNumber<std::int64_t>(value);
  if (!number) return NotA("an integer", value);
  return *number;
}

absl::StatusOr<double> AsDouble(std::string_view value) {
  const std::optional<double> number = ParseNumber<double>(value);
  if (!number) return NotA("a number", value);
  return *number;
}

absl::StatusOr<bool> AsBool(std::string_view value) {
  if (Trim(value) == "true") return true;
  if (Trim(value) == "false") return false;
  return NotA("true or false", value);
}

std::string Quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out.push_back('"');
  const bool utf8 = simdjson::validate_utf8(text.data(), text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else if (byte < 0x80 || utf8) {
      out.push_back(c);
    } else if (const std::size_t size = CharacterBytes(text.substr(i)); size > 0) {
      out += text.substr(i, size);
      i += size - 1;
    } else {
      out += "\xef\xbf\xbd";
    }
  }
  out.push_back('"');
  return out;
}

}  // namespace furnace::json
