#pragma once

#include <string>
#include <string_view>

namespace furnace::worker {

/// `text` with what Python's json writes, and JSON does not know, put right: NaN, Infinity
/// and -Infinity become null, and an escaped half of a surrogate pair becomes U+FFFD.
/// All else stays as it is; nothing is checked.
std::string StrictJson(std::string_view text);

}  // namespace furnace::worker
