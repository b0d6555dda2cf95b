#include "services/gateway/domain/credentials.h"

#include <algorithm>

namespace furnace::gateway {
namespace {

constexpr std::string_view kBearer = "bearer";
constexpr std::size_t kTraceparentBytes = 55;

constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (Lower(c) >= 'a' && Lower(c) <= 'z');
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool HasScheme(std::string_view text) {
  return text.size() >= kBearer.size() &&
         std::equal(kBearer.begin(), kBearer.end(), text.begin(),
                    [](char a, char b) { return a == Lower(b); }) &&
         (text.size() == kBearer.size() || text[kBearer.size()] == ' ' ||
          text[kBearer.size()] == '\t');
}

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string_view KeyOfAuthorization(std::string_view header) {
  const std::string_view value = Trim(header);
  return HasScheme(value) ? Trim(value.substr(kBearer.size())) : value;
}

bool IsPlausibleKey(std::string_view key) {
  return !key.empty() && key.size() <= kMaxKeyBytes &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool IsRequestId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxRequestIdBytes &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return IsAlphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

bool IsTraceparent(std::string_view text) {
  return text.size() == kTraceparentBytes && text.starts_with("00-") && text[35] == '-' &&
         text[52] == '-' && IsLowerHex(text.substr(3, 32)) && IsLowerHex(text.substr(36, 16)) &&
         IsLowerHex(text.substr(53, 2));
}

}  // namespace furnace::gateway
