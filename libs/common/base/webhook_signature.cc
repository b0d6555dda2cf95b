#include "libs/common/base/webhook_signature.h"

#include <fmt/format.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "libs/common/base/hmac.h"
#include "libs/common/base/status.h"

namespace furnace {
namespace {

constexpr std::string_view kSecretPrefix = "whsec_";

}  // namespace

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

std::string SignWithAll(const std::vector<std::string>& suite_secrets, std::string_view project_id,
                        std::string_view id, absl::Time now, std::string_view body) {
  std::string signatures;
  for (const std::string& suite_secret : suite_secrets) {
    if (!signatures.empty()) signatures += ' ';
    signatures += SignWebhook(WebhookSecret(suite_secret, project_id), id, now, body);
  }
  return signatures;
}

}  // namespace furnace
