#pragma once

#include <string>
#include <string_view>

namespace furnace {

/// HMAC-SHA256 (RFC 2104) of `text` under `key`, 32 bytes.
std::string HmacSha256(std::string_view key, std::string_view text);

}  // namespace furnace
