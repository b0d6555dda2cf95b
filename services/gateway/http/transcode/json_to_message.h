#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace furnace::gateway::http {

/// Reads a JSON object into `message`, which must be of generated code and empty.
///
/// `text` has passed json::Validate. Names are those of the proto; null leaves a
/// field unset; a (furnace.v1.json) field takes its value byte for byte, null
/// included. `path` is where the object stands, empty for the whole body.
///
/// INVALID_ARGUMENT names the place and the fault, "jobs[3].priority: expected an
/// integer": an unknown or repeated name, a value of the wrong type, a number out
/// of range.
absl::Status ReadJson(std::string_view text, const std::string& path,
                      google::protobuf::Message& message);

}  // namespace furnace::gateway::http
