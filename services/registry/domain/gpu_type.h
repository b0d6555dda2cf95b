#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace furnace::registry {

/// GPU types in order of preference, canonical, each once; ["rtx4000"] for none.
///
/// Errors: INVALID_ARGUMENT, naming the field "spec.gpu_types", for more than 8
/// entries, or one that is not 1 to 64 letters and digits when canonical.
absl::StatusOr<std::vector<std::string>> NormaliseGpuTypes(
    const std::vector<std::string>& gpu_types);

}  // namespace furnace::registry
