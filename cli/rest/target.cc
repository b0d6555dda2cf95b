#include "cli/rest/target.h"

#include <fmt/format.h>

namespace furnace::cli {

std::string PercentEncode(std::string_view text) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char byte : text) {
    if (kUnreserved.find(byte) != std::string_view::npos) {
      encoded += byte;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }
  }
  return encoded;
}

Target& Target::Segment(std::string_view segment) {
  text_ += "/" + PercentEncode(segment);
  return *this;
}

Target& Target::Query(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  const char separator = text_.find('?') == std::string::npos ? '?' : '&';
  text_ += fmt::format("{}{}={}", separator, name, PercentEncode(value));
  return *this;
}

}  // namespace furnace::cli
