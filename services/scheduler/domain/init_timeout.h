#pragma once

#include <map>
#include <string>

#include "absl/time/time.h"

namespace furnace::scheduler {

/// How long workers of an endpoint may take to get ready: RUNPOD_INIT_TIMEOUT of `env`, in
/// seconds, where it is a number from 1 to 3,600, else `seconds` of the spec, or what
/// holds where that is 0. The variable is what images are known to ask for, and a spec
/// always has a value.
absl::Duration InitTimeout(int seconds, const std::map<std::string, std::string>& env);

}  // namespace furnace::scheduler
