#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace furnace::cli {

/// `text` as one segment of a path or one value of a query (RFC 3986).
std::string PercentEncode(std::string_view text);

/// Path and query of a request, put together field by field.
class Target {
 public:
  explicit Target(std::string path) : text_(std::move(path)) {}

  /// Adds a path segment, encoded.
  Target& Segment(std::string_view segment);
  /// Adds a query field, unless `value` is empty.
  Target& Query(std::string_view name, std::string_view value);

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace furnace::cli
