#include "services/registry/domain/api_key.h"

#include <algorithm>

#include "libs/common/base/status.h"
#include "services/registry/domain/text.h"

namespace furnace::registry {
namespace {

constexpr std::string_view kBase62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kScheme = "fk_";
constexpr std::size_t kPrefixChars = 10;
constexpr std::size_t kMaxOperatorSecretChars = 200;

std::size_t CountCharacters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

std::string MakeSecret(const SecretEntropy& entropy) {
  std::string secret(kScheme);
  for (const std::uint64_t bits : entropy) secret.push_back(kBase62[bits % kBase62.size()]);
  return secret;
}

std::string PrefixOf(std::string_view secret) {
  return std::string(secret.substr(0, std::min(kPrefixChars, secret.size() / 4)));
}

absl::Status ValidateKeyName(std::string_view name) {
  if (CountCharacters(name) > kMaxKeyNameChars) {
    return Error(absl::StatusCode::kInvalidArgument, "name: longer than {} characters",
                 kMaxKeyNameChars);
  }
  if (HasControlCharacter(name)) {
    return absl::InvalidArgumentError("name: holds a control character");
  }
  return absl::OkStatus();
}

absl::Status ValidateOperatorSecret(std::string_view secret) {
  const bool printable =
      std::all_of(secret.begin(), secret.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (printable && secret.size() >= kMinOperatorSecretChars &&
      secret.size() <= kMaxOperatorSecretChars) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kInvalidArgument,
               "not {} to {} printable ASCII characters without blanks", kMinOperatorSecretChars,
               kMaxOperatorSecretChars);
}

}  // namespace furnace::registry
