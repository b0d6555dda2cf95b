#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace furnace::worker {

/// What is added to the name of a file that is being written.
inline constexpr std::string_view kPartSuffix = ".part";

/// Writes a file so that it survives a power cut, whole or not at all.
absl::Status WriteAtomically(const std::filesystem::path& path, std::string_view bytes);

/// The bytes of a file. RESOURCE_EXHAUSTED when there are more than `bytes_max`.
absl::StatusOr<std::string> ReadFile(const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace furnace::worker
