#include "services/gateway/http/utf8.h"

#include <algorithm>

#include "libs/common/json/json.h"

namespace furnace::gateway::http {
namespace {

// Quoting replaces what is no UTF-8.
std::string Mend(std::string_view text) {
  return json::AsString(json::Quote(text)).value_or(std::string());
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

bool IsUtf8(std::string_view text) {
  // Nearly all that comes by is ASCII.
  const bool ascii = std::none_of(text.begin(), text.end(),
                                  [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  return ascii || Mend(text) == text;
}

std::string ToUtf8(std::string_view text, std::size_t max_bytes) {
  std::string mended = IsUtf8(text) ? std::string(text) : Mend(text);
  if (mended.size() <= max_bytes) return mended;
  std::size_t end = max_bytes;
  while (end > 0 && IsContinuation(mended[end])) --end;
  mended.resize(end);
  return mended;
}

}  // namespace furnace::gateway::http
