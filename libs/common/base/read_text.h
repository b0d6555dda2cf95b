#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace furnace {

/// The text of a file; empty when it cannot be read. Also when that fails midway, as with a
/// file under /proc whose process ends: a stream's iterators throw there.
inline std::string ReadText(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace furnace
