// How both stores keep a chunk: "<attempt>:<JSON>". No JSON begins so, and text without
// an attempt is a chunk of which none is known.
#pragma once

#include <charconv>
#include <string>
#include <string_view>

#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

inline std::string EncodeChunk(const Chunk& chunk) {
  return std::to_string(chunk.attempt) + ":" + chunk.body;
}

inline Chunk DecodeChunk(std::string_view text) {
  int attempt = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, attempt);
  if (error != std::errc() || rest == end || *rest != ':') return {.body = std::string(text)};
  return {.attempt = attempt, .body = std::string(rest + 1, end)};
}

}  // namespace furnace::scheduler
