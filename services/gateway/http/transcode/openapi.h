#pragma once

#include <string>
#include <vector>

#include "services/gateway/http/transcode/binding.h"

namespace furnace::gateway::http {

/// The OpenAPI 3.0.3 document of the routes that `bindings` make.
std::string OpenApi(const std::vector<Binding>& bindings);

}  // namespace furnace::gateway::http
