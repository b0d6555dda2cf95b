#pragma once

#include <string>

#include "absl/status/status.h"
#include "libs/common/base/clock.h"
#include "services/registry/app/ports.h"

namespace furnace::registry {

/// Makes sure that project "default" exists and that `operator_secret` is the one
/// live operator key, in that project. Running it again, or on many replicas at a
/// time, changes nothing more.
///
/// Errors: INVALID_ARGUMENT, never quoting it, for a secret that
/// ValidateOperatorSecret refuses; the stores'.
absl::Status EnsureOperator(ProjectStore& projects, ApiKeyStore& keys, const Clock& clock,
                            const std::string& operator_secret);

}  // namespace furnace::registry
