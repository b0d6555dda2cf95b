#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace furnace::registry {

/// A fresh API key secret. INTERNAL when the system has no randomness to give.
absl::StatusOr<std::string> NewSecret();

}  // namespace furnace::registry
