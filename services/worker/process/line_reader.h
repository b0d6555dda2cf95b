#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace furnace::worker {

/// Cuts what arrives in pieces into lines. A longer one than kLineBytesMax is cut
/// into several; empty ones are skipped.
class LineReader {
 public:
  static constexpr std::size_t kLineBytesMax = 4096;

  /// `on_line` gets each line without its end, as valid UTF-8.
  explicit LineReader(std::function<void(const std::string&)> on_line)
      : on_line_(std::move(on_line)) {}

  void Add(std::string_view bytes);
  /// Nothing follows: what is left is the last line.
  void End() { Emit(); }

 private:
  void Emit();

  const std::function<void(const std::string&)> on_line_;
  std::string line_;
};

}  // namespace furnace::worker
