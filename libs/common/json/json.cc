#include "libs/common/json/json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <charconv>
#include <iterator>

#include "libs/common/base/status.h"

namespace furnace::json {
namespace {

namespace ondemand = simdjson::ondemand;

absl::Status NotA(std::string_view kind, std::string_view value) {
  constexpr std::size_t kShown = 40;
  return Error(absl::StatusCode::kInvalidArgument, "expected {}, got {}{}", kind,
               value.substr(0, kShown), value.size() > kShown ? "..." : "");
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

}  // namespace

absl::Status Validate(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::error_code error = parser.allocate(text.size() + 1, kMaxDepth);
  if (error == simdjson::SUCCESS) error = parser.parse(simdjson::padded_string(text)).error();
  if (error == simdjson::SUCCESS) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "not valid JSON: {}",
               simdjson::error_message(error));
}

Kind KindOf(std::string_view value) {
  switch (value.empty() ? 'n' : value.front()) {
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

absl::StatusOr<std::string> AsString(std::string_view value) {
  Document document(value);
  ondemand::document root;
  std::string_view text;
  if (document.Iterate().get(root) || root.get_string().get(text)) return NotA("a string", value);
  return std::string(text);
}

absl::StatusOr<std::int64_t> AsInt64(std::string_view value) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) return NotA("an integer", value);
  return number;
}

absl::StatusOr<double> AsDouble(std::string_view value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) return NotA("a number", value);
  return number;
}

absl::StatusOr<bool> AsBool(std::string_view value) {
  if (value == "true") return true;
  if (value == "false") return false;
  return NotA("true or false", value);
}

std::string Quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out.push_back('"');
  const bool utf8 = simdjson::validate_utf8(text.data(), text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else if (byte >= 0x80 && !utf8) {
      out += "\xef\xbf\xbd";
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

}  // namespace furnace::json
