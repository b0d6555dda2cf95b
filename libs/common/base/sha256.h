#pragma once

#include <string>
#include <string_view>

namespace furnace {

/// SHA-256 of `text`, 32 bytes.
std::string Sha256(std::string_view text);

}  // namespace furnace
