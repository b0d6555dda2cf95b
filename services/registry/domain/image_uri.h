#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace furnace::registry {

/// OK when `uri` is one of
///   file:///absolute/folder, without ".." and control characters;
///   a container image reference, [host[:port]/]path[:tag][@digest], as the OCI
///     distribution grammar has it.
/// At most 500 characters. Else INVALID_ARGUMENT, naming the field
/// "spec.image_uri".
///
/// Source: github.com/distribution/reference, regexp.go.
absl::Status ValidateImageUri(std::string_view uri);

}  // namespace furnace::registry
