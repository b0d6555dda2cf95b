#include "services/registry/domain/text.h"

#include <algorithm>

#include "libs/common/base/status.h"

namespace furnace::registry {
namespace {

constexpr std::size_t kMaxShownBytes = 80;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsNameChar(char c) { return IsLower(c) || (c >= '0' && c <= '9') || c == '-'; }
bool IsContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

absl::Status ValidateName(std::string_view field, std::string_view name) {
  if (name.empty()) return Error(absl::StatusCode::kInvalidArgument, "{}: required", field);
  if (name.size() > kMaxNameChars || !IsLower(name.front()) ||
      !std::all_of(name.begin(), name.end(), IsNameChar)) {
    return Error(absl::StatusCode::kInvalidArgument,
                 "{}: {} is not 1 to {} characters of a-z, 0-9 and '-', starting with a letter",
                 field, Shown(name), kMaxNameChars);
  }
  return absl::OkStatus();
}

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool ClimbsUp(std::string_view path) {
  for (;;) {
    const auto slash = path.find('/');
    if (path.substr(0, slash) == "..") return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

std::string Shown(std::string_view text) {
  if (text.size() <= kMaxShownBytes) return fmt::format("'{}'", text);
  std::size_t end = kMaxShownBytes;
  // Not inside a character: what is shown must stay UTF-8.
  while (end > 0 && IsContinuationByte(text[end])) --end;
  return fmt::format("'{}...'", text.substr(0, end));
}

}  // namespace furnace::registry
