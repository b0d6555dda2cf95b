#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/registry/domain/access.h"

namespace furnace::registry {

/// Live keys a project may have.
inline constexpr int kMaxLiveKeys = 100;
/// Most keys a list holds: all live ones and the newest revoked ones.
inline constexpr int kMaxListedKeys = 1000;
/// Longest ApiKey::name, in characters (Unicode code points).
inline constexpr std::size_t kMaxKeyNameChars = 100;
/// Letters and digits of a secret, after "fk_".
inline constexpr std::size_t kSecretChars = 48;
/// Shortest secret that an operator may choose.
inline constexpr std::size_t kMinOperatorSecretChars = 16;

/// A credential of a project, without its secret.
struct ApiKey {
  std::string id;          // UUID.
  std::string project_id;  // UUID.
  std::string name;        // What it is for.
  std::string prefix;      // First characters of the secret.
  Role role = Role::kNone;
  absl::Time created_at;
  std::optional<absl::Time> revoked_at;
};

/// 64 random bits for each character, so that the remainder of 62 is as good as
/// even.
using SecretEntropy = std::array<std::uint64_t, kSecretChars>;

/// "fk_" and 48 letters and digits, some 285 bits, drawn from `entropy`.
std::string MakeSecret(const SecretEntropy& entropy);

/// What a list may show of a secret: its first 10 characters, and never more than
/// a quarter of it.
std::string PrefixOf(std::string_view secret);

/// INVALID_ARGUMENT, naming the field "name", when it has more than 100 characters
/// or a control character. Empty is fine.
absl::Status ValidateKeyName(std::string_view name);

/// INVALID_ARGUMENT, never quoting it, unless `secret` has 16 to 200 printable
/// ASCII characters without a blank.
absl::Status ValidateOperatorSecret(std::string_view secret);

}  // namespace furnace::registry
