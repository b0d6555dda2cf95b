#include "libs/common/base/webhook_url.h"

#include <algorithm>
#include <string>

#include "libs/common/base/status.h"

namespace furnace {
namespace {

constexpr std::size_t kMaxUrlBytes = 2048;

// The part between the scheme and the path, or empty when the scheme is another.
std::string_view AuthorityOf(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme)) continue;
    url.remove_prefix(scheme.size());
    return url.substr(0, url.find_first_of("/?"));
  }
  return {};
}

// Well-known services are not for a tenant to talk to, wherever they are.
absl::Status CheckPort(std::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) {
    return absl::OkStatus();
  }
  const std::string_view text = authority.substr(colon + 1);
  const bool is_number = !text.empty() && text.size() <= 5 &&
                         text.find_first_not_of("0123456789") == std::string_view::npos;
  const int port = is_number ? std::stoi(std::string(text)) : 0;
  if (port == 80 || port == 443 || (port > 1023 && port < 65'536)) return absl::OkStatus();
  return absl::InvalidArgumentError("its port is not 80, 443 or one from 1,024 to 65,535");
}

}  // namespace

absl::Status CheckWebhookUrl(std::string_view url) {
  if (url.size() > kMaxUrlBytes) {
    return Error(absl::StatusCode::kInvalidArgument, "{} bytes, more than {}", url.size(),
                 kMaxUrlBytes);
  }
  const auto is_plain = [](char c) { return c > ' ' && c <= '~' && c != '\\'; };
  if (!std::all_of(url.begin(), url.end(), is_plain)) {
    return absl::InvalidArgumentError("holds what is no printable ASCII character of a URL");
  }
  const std::string_view authority = AuthorityOf(url);
  if (authority.empty() || authority.front() == ':') {
    return absl::InvalidArgumentError("not http:// or https:// and a host");
  }
  if (authority.find('@') != std::string_view::npos) {
    return absl::InvalidArgumentError("holds credentials");
  }
  if (url.find('#') != std::string_view::npos) return absl::InvalidArgumentError("has a fragment");
  return CheckPort(authority);
}

}  // namespace furnace
