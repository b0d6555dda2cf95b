#include "services/registry/domain/page.h"

#include "absl/strings/escaping.h"
#include "libs/common/base/status.h"
#include "services/registry/domain/endpoint.h"
#include "services/registry/domain/text.h"

namespace furnace::registry {
namespace {

// Says what the token is and which version of us wrote it.
constexpr std::string_view kTokenScheme = "n1:";
constexpr std::size_t kMaxTokenChars = 200;

}  // namespace

absl::StatusOr<int> PageSize(std::string_view field, int size, int fallback) {
  if (size == 0) return fallback;
  if (size >= 1 && size <= kMaxPageSize) return size;
  return Error(absl::StatusCode::kInvalidArgument, "{}: {} is not from 1 to {}", field, size,
               kMaxPageSize);
}

std::string MakePageToken(std::string_view last_name) {
  return absl::WebSafeBase64Escape(fmt::format("{}{}", kTokenScheme, last_name));
}

absl::StatusOr<std::string> ParsePageToken(std::string_view token) {
  if (token.empty()) return std::string();
  std::string text;
  if (token.size() <= kMaxTokenChars && absl::WebSafeBase64Unescape(ToAbsl(token), &text) &&
      text.starts_with(kTokenScheme)) {
    text.erase(0, kTokenScheme.size());
    if (ValidateName("page_token", text).ok()) return text;
  }
  return absl::InvalidArgumentError("page_token: not a next_page_token of this service");
}

}  // namespace furnace::registry
