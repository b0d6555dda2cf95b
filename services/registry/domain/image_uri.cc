#include "services/registry/domain/image_uri.h"

#include <algorithm>

#include "libs/common/base/status.h"
#include "services/registry/domain/text.h"

namespace furnace::registry {
namespace {

constexpr std::size_t kMaxUriChars = 500;
constexpr std::size_t kMaxTagChars = 128;
constexpr std::size_t kMinDigestChars = 32;
constexpr std::size_t kMaxPortDigits = 5;
constexpr std::string_view kFileScheme = "file://";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsAlnum(char c) { return IsDigit(c) || IsLower(c) || (c >= 'A' && c <= 'Z'); }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); }

template <typename Predicate>
bool All(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

// Whether each part of `text` between `separator`s satisfies `is_part`.
template <typename Predicate>
bool AllParts(std::string_view text, char separator, Predicate is_part) {
  for (;;) {
    const auto end = text.find(separator);
    if (!is_part(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool IsHostLabel(std::string_view label) {
  return !label.empty() && label.front() != '-' && label.back() != '-' &&
         All(label, [](char c) { return IsAlnum(c) || c == '-'; });
}

bool IsHost(std::string_view host) {
  const auto colon = host.find(':');
  if (colon != std::string_view::npos) {
    const std::string_view port = host.substr(colon + 1);
    if (port.empty() || port.size() > kMaxPortDigits || !All(port, IsDigit)) return false;
  }
  return AllParts(host.substr(0, colon), '.', IsHostLabel);
}

// Lower-case letters and digits, with single dots, one or two underscores, or any
// number of dashes between them.
bool IsPathComponent(std::string_view component) {
  const auto is_word = [](char c) { return IsLower(c) || IsDigit(c); };
  std::size_t i = 0;
  while (i < component.size()) {
    const std::size_t word = i;
    while (i < component.size() && is_word(component[i])) ++i;
    if (i == word) return false;
    if (i == component.size()) return true;
    const std::size_t gap = i;
    while (i < component.size() && !is_word(component[i])) ++i;
    const std::string_view separator = component.substr(gap, i - gap);
    const bool dashes = All(separator, [](char c) { return c == '-'; });
    if (!dashes && separator != "." && separator != "_" && separator != "__") return false;
  }
  return false;
}

bool IsTag(std::string_view tag) {
  const auto is_word = [](char c) { return IsAlnum(c) || c == '_'; };
  return !tag.empty() && tag.size() <= kMaxTagChars && is_word(tag.front()) &&
         All(tag, [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

// "sha256:<hex>"; other algorithms by the same shape.
bool IsDigest(std::string_view digest) {
  const auto colon = digest.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view algorithm = digest.substr(0, colon);
  const std::string_view hex = digest.substr(colon + 1);
  return !algorithm.empty() && IsLower(algorithm.front()) &&
         All(algorithm, [](char c) { return IsLower(c) || IsDigit(c); }) &&
         hex.size() >= kMinDigestChars && All(hex, IsHex);
}

// The part before the first slash is a host where it cannot be anything else.
bool NamesHost(std::string_view first_part) {
  return first_part == "localhost" || first_part.find_first_of(".:") != std::string_view::npos ||
         !All(first_part, [](char c) { return !(c >= 'A' && c <= 'Z'); });
}

bool IsImageReference(std::string_view reference) {
  if (const auto at = reference.find('@'); at != std::string_view::npos) {
    if (!IsDigest(reference.substr(at + 1))) return false;
    reference = reference.substr(0, at);
  }
  if (const auto slash = reference.find('/');
      slash != std::string_view::npos && NamesHost(reference.substr(0, slash))) {
    if (!IsHost(reference.substr(0, slash))) return false;
    reference.remove_prefix(slash + 1);
  }
  if (const auto colon = reference.find(':'); colon != std::string_view::npos) {
    if (!IsTag(reference.substr(colon + 1))) return false;
    reference = reference.substr(0, colon);
  }
  return AllParts(reference, '/', IsPathComponent);
}

bool IsFolder(std::string_view path) {
  return path.size() > 1 && path.front() == '/' && !ClimbsUp(path) && !HasControlCharacter(path);
}

}  // namespace

absl::Status ValidateImageUri(std::string_view uri) {
  if (uri.empty()) return absl::InvalidArgumentError("spec.image_uri: required");
  if (uri.size() > kMaxUriChars) {
    return Error(absl::StatusCode::kInvalidArgument,
                 "spec.image_uri: {} characters are more than {}", uri.size(), kMaxUriChars);
  }
  if (uri.starts_with(kFileScheme)) {
    if (IsFolder(uri.substr(kFileScheme.size()))) return absl::OkStatus();
    return Error(absl::StatusCode::kInvalidArgument,
                 "spec.image_uri: {} is not file:///absolute/folder without '..'", Shown(uri));
  }
  if (IsImageReference(uri)) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument,
               "spec.image_uri: {} is neither a container image reference nor "
               "file:///absolute/folder",
               Shown(uri));
}

}  // namespace furnace::registry
