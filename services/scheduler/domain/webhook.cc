#include "services/scheduler/domain/webhook.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "libs/common/base/hmac.h"
#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

constexpr std::size_t kMaxUrlBytes = 2048;
constexpr absl::Duration kFirstWait = absl::Seconds(1);
constexpr absl::Duration kLongestWait = absl::Hours(6);
constexpr int kGone = 410;
constexpr std::string_view kSecretPrefix = "whsec_";

// Before the attempt that follows `attempts` others.
absl::Duration WaitAfter(int attempts, int draw) {
  absl::Duration wait = kFirstWait;
  for (int i = 1; i < attempts && wait < kLongestWait; ++i) wait *= 3;
  wait = std::min(wait, kLongestWait);
  return wait - wait * draw / 2000;
}

// The part between the scheme and the path, or empty when the scheme is another.
std::string_view AuthorityOf(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme)) continue;
    url.remove_prefix(scheme.size());
    return url.substr(0, url.find_first_of("/?"));
  }
  return {};
}

}  // namespace

WebhookOutcome AfterAttempt(int attempts, int http_status, std::string error, int draw) {
  if (http_status >= 200 && http_status < 300) return {};
  if (http_status != 0) error = fmt::format("answered with {}", http_status);
  if (http_status == kGone || attempts >= kMaxDeliveries) {
    return {.status = WebhookStatus::kFailed, .error = std::move(error), .wait = {}};
  }
  return {.status = WebhookStatus::kPending,
          .error = std::move(error),
          .wait = WaitAfter(attempts, draw)};
}

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
  return absl::OkStatus();
}

std::string WebhookSecret(std::string_view suite_secret, std::string_view project_id) {
  const std::string key = HmacSha256(suite_secret, fmt::format("webhooks of {}", project_id));
  return fmt::format("{}{}", kSecretPrefix, absl::Base64Escape(key));
}

std::string SignWebhook(std::string_view secret, std::string_view id, absl::Time now,
                        std::string_view body) {
  std::string key;
  if (secret.starts_with(kSecretPrefix)) secret.remove_prefix(kSecretPrefix.size());
  absl::Base64Unescape(ToAbsl(secret), &key);
  const std::string signed_text = fmt::format("{}.{}.{}", id, absl::ToUnixSeconds(now), body);
  return fmt::format("v1,{}", absl::Base64Escape(HmacSha256(key, signed_text)));
}

}  // namespace furnace::scheduler
