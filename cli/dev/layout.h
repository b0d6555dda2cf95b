#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace furnace::dev {

/// What `furnace dev` was told.
struct Options {
  std::filesystem::path data = ".furnace/dev";
  int port_base = 4210;
  bool free_ports = false;
  std::string ready_file;           // Empty: none.
  std::vector<std::string> images;  // Folders for file:// images besides the usual.
  std::string sdk;                  // Folder of the Python SDK; empty: look for it.
  std::string gpus;                 // FURNACE_PROCESS_GPUS; empty: look for cards.
};

/// Where things are. All paths are absolute.
struct Layout {
  std::filesystem::path binaries;    // Folder of `furnace` and the services.
  std::filesystem::path repository;  // Source tree around it; empty when there is none.
  std::filesystem::path data;
  std::filesystem::path logs;
  std::filesystem::path python_path;  // Empty: none found.
  std::vector<std::filesystem::path> image_roots;
  std::filesystem::path postgres_bin;
};

/// Finds everything from the options, the binary's place, and the present folder.
///
/// NOT_FOUND naming a binary, package or folder that is missing.
absl::StatusOr<Layout> FindLayout(const Options& options, const std::filesystem::path& binary,
                                  const std::filesystem::path& present);

/// The source tree that `folder` lies in: the nearest one upwards that has
/// sdk/python/furnace; empty when there is none.
std::filesystem::path FindRepository(std::filesystem::path folder);

}  // namespace furnace::dev
