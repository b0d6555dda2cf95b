// Rules for short texts that people choose.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace furnace::registry {

/// Longest name of a project or an endpoint.
inline constexpr std::size_t kMaxNameChars = 63;

/// INVALID_ARGUMENT, naming `field`, unless `name` has 1-63 characters of
/// [a-z0-9-] and starts with a letter.
absl::Status ValidateName(std::string_view field, std::string_view name);

/// Whether `text` holds a control character (0x00-0x1F, 0x7F).
bool HasControlCharacter(std::string_view text);

/// Whether one of the parts of `path` between slashes is "..".
bool ClimbsUp(std::string_view path);

/// `text` in quotes for an error message, cut to 80 bytes.
std::string Shown(std::string_view text);

}  // namespace furnace::registry
