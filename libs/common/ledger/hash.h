#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace furnace::ledger {

/// A SHA-256 digest. All zeros where there is nothing yet to hash.
using Hash = std::array<unsigned char, 32>;

/// The digest's 32 bytes, as long as `hash` lives.
inline std::string_view BytesOf(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

/// SHA-256 of the parts, one after another. Thread-safe.
Hash HashOf(std::initializer_list<std::string_view> parts);

/// 64 lower-case hexadecimal digits.
std::string ToHex(const Hash& hash);

/// INVALID_ARGUMENT for anything but what ToHex makes.
absl::StatusOr<Hash> ParseHash(std::string_view hex);

/// The hash that a project's chain has after a transaction: SHA-256 of the hash before,
/// 32 bytes, and the transaction's canonical text.
Hash ChainHash(const Hash& previous, std::string_view transaction);

}  // namespace furnace::ledger
