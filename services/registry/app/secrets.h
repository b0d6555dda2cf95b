#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace furnace::registry {

/// A fresh API key secret. INTERNAL when the system has no randomness to give.
absl::StatusOr<std::string> NewSecret();

/// SHA-256 of `text`, 32 bytes.
std::string Sha256(std::string_view text);

}  // namespace furnace::registry
