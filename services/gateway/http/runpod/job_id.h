#pragma once

#include <string_view>

namespace furnace::gateway::http::runpod {

/// A job's id as the queue knows it: a client may write "sync-" before it.
constexpr std::string_view JobIdOf(std::string_view written) {
  constexpr std::string_view kSyncPrefix = "sync-";
  if (written.starts_with(kSyncPrefix)) written.remove_prefix(kSyncPrefix.size());
  return written;
}

}  // namespace furnace::gateway::http::runpod
