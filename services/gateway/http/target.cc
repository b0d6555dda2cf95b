#include "services/gateway/http/target.h"

#include <algorithm>
#include <optional>

#include "libs/common/base/status.h"
#include "services/gateway/http/utf8.h"

namespace furnace::gateway::http {
namespace {

std::optional<unsigned> HexDigit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10U;
  return std::nullopt;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// What follows scheme and host of an absolute target; the target itself otherwise.
std::string_view WithoutOrigin(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const auto slash = target.find('/', scheme.size());
    return slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  return target;
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; }

}  // namespace

absl::StatusOr<Target> ParseTarget(std::string_view target) {
  const std::string_view origin_form = WithoutOrigin(target);
  if (!origin_form.starts_with('/')) {
    return absl::InvalidArgumentError("the request target must begin with a slash");
  }
  Target parsed;
  const auto question = origin_form.find('?');
  parsed.path = origin_form.substr(0, question);
  if (question != std::string_view::npos) parsed.query = origin_form.substr(question + 1);
  parsed.segments = Split(parsed.path.substr(1), '/');
  return parsed;
}

absl::StatusOr<std::string> Decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out.push_back(' ');
    } else if (text[i] != '%') {
      out.push_back(text[i]);
    } else {
      const bool whole = i + 2 < text.size();
      const auto high = whole ? HexDigit(text[i + 1]) : std::nullopt;
      const auto low = whole ? HexDigit(text[i + 2]) : std::nullopt;
      if (!high || !low) return absl::InvalidArgumentError("malformed %-escape in the URL");
      out.push_back(static_cast<char>(*high * 16U + *low));
      i += 2;
    }
  }
  if (std::any_of(out.begin(), out.end(), IsControl) || !IsUtf8(out)) {
    return absl::InvalidArgumentError("the URL holds control characters or is not UTF-8");
  }
  return out;
}

absl::StatusOr<Query> ParseQuery(std::string_view query) {
  Query parameters;
  for (const std::string_view part : Split(query, '&')) {
    if (part.empty()) continue;
    if (parameters.size() == kMaxQueryParameters) {
      return Error(absl::StatusCode::kInvalidArgument, "more than {} query parameters",
                   kMaxQueryParameters);
    }
    const auto equals = part.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    FURNACE_ASSIGN_OR_RETURN(std::string name, Decode(part.substr(0, equals), true));
    FURNACE_ASSIGN_OR_RETURN(std::string decoded, Decode(value, true));
    parameters.emplace_back(std::move(name), std::move(decoded));
  }
  return parameters;
}

}  // namespace furnace::gateway::http
