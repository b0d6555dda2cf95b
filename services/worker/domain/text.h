#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace furnace::worker {

/// `text` as valid UTF-8 of at most `bytes_max` bytes: what is no UTF-8 becomes
/// "?", and no character is cut in half.
std::string CleanUtf8(std::string_view text, std::size_t bytes_max);

/// `text` with all but [A-Za-z0-9._~-] as %XX.
std::string PercentEncode(std::string_view text);

/// Undoes PercentEncode; "+" is a space, and a "%" that no hex pair follows
/// stands for itself.
std::string PercentDecode(std::string_view text);

/// The parameters of a URL query, decoded; of a name that comes twice the last
/// counts.
std::map<std::string, std::string, std::less<>> ParseQuery(std::string_view query);

}  // namespace furnace::worker
