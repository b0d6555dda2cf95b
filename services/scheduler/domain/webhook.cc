#include "services/scheduler/domain/webhook.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "libs/common/base/hmac.h"
#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

constexpr std::size_t kMaxIdBytes = 64;
constexpr absl::Duration kFirstWait = absl::Seconds(1);
constexpr absl::Duration kLongestWait = absl::Hours(3);
constexpr int kGone = 410;
constexpr std::string_view kSecretPrefix = "whsec_";

// Before the attempt that follows `attempts` others.
absl::Duration WaitAfter(int attempts, int draw) {
  absl::Duration wait = kFirstWait;
  for (int i = 1; i < attempts && wait < kLongestWait; ++i) wait *= 3;
  wait = std::min(wait, kLongestWait);
  return wait - wait * draw / 2000;
}

}  // namespace

WebhookOutcome AfterAttempt(int attempts, absl::Duration left, const WebhookAnswer& answer,
                            int draw) {
  const int status = answer.http_status;
  if (status >= 200 && status < 300) return {};
  std::string error = status != 0 ? fmt::format("answered with {}", status) : answer.error;
  if (status == kGone || left <= absl::ZeroDuration()) {
    return {.status = WebhookStatus::kFailed, .error = std::move(error), .wait = {}};
  }
  const absl::Duration asked = std::min(answer.retry_after, kLongestWait);
  return {.status = WebhookStatus::kPending,
          .error = std::move(error),
          .wait = std::min(left, std::max(asked, WaitAfter(attempts, draw)))};
}

bool IsWebhookId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxIdBytes &&
         id.find_first_not_of("0123456789abcdef.-") == std::string_view::npos;
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

std::vector<std::string> SplitSecrets(std::string_view list) {
  return absl::StrSplit(ToAbsl(list), ',', absl::SkipWhitespace());
}

std::string SignWithAll(const std::vector<std::string>& suite_secrets, const Webhook& webhook,
                        absl::Time now) {
  std::string signatures;
  for (const std::string& suite_secret : suite_secrets) {
    if (!signatures.empty()) signatures += ' ';
    const std::string secret = WebhookSecret(suite_secret, webhook.project_id);
    signatures += SignWebhook(secret, webhook.id, now, webhook.body);
  }
  return signatures;
}

}  // namespace furnace::scheduler
