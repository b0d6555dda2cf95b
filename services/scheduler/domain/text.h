#pragma once

#include <cstddef>
#include <string>

namespace furnace::scheduler {

/// `text`, cut to at most `max_bytes` at a character of UTF-8.
std::string CutUtf8(std::string text, std::size_t max_bytes);

}  // namespace furnace::scheduler
