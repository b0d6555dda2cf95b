#pragma once

#include <string>
#include <string_view>

namespace furnace {

/// HMAC-SHA256 (RFC 2104) of `text` under `key`, 32 bytes.
std::string HmacSha256(std::string_view key, std::string_view text);

/// Whether two secrets, or signatures, are the same. Takes as long when they are not; how long
/// they are is not hidden.
bool IsSameSecret(std::string_view one, std::string_view other);

}  // namespace furnace
