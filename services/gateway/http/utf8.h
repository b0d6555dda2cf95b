#pragma once

#include <string>
#include <string_view>

namespace furnace::gateway::http {

bool IsUtf8(std::string_view text);

/// `text` as UTF-8 of at most `max_bytes`: what is none becomes U+FFFD, and no
/// character is cut in two.
std::string ToUtf8(std::string_view text, std::size_t max_bytes);

}  // namespace furnace::gateway::http
