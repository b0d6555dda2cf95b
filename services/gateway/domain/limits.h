// How much of anything a client may use.
#pragma once

#include <cstddef>
#include <string_view>

#include "absl/time/time.h"

namespace furnace::gateway {

inline constexpr std::size_t kMiB = std::size_t{1} << 20;

/// Largest request body of any route; what a route may take is BodyLimitOf.
inline constexpr std::size_t kMaxBodyBytes = 20 * kMiB;

/// A body that nobody wants is still read, up to here, so that the connection can be
/// used again.
inline constexpr std::size_t kUnwantedBodyBytes = 64 << 10;

/// Largest request body of the rpc, in bytes. `method` is its full name,
/// "furnace.v1.JobService.Submit".
std::size_t BodyLimitOf(std::string_view method);

/// What an rpc does with its time.
enum class Pace {
  kPrompt,     // Answers at once.
  kWaits,      // Holds the call for as long as the request says (wait_ms).
  kStreaming,  // Answers until there is nothing more to say.
};

inline constexpr absl::Duration kPromptTimeout = absl::Seconds(10);
inline constexpr absl::Duration kStreamTimeout = absl::Hours(1);
/// What a waiting call may take beyond its wait.
inline constexpr absl::Duration kWaitMargin = absl::Seconds(10);
inline constexpr absl::Duration kDefaultWait = absl::Seconds(90);
inline constexpr absl::Duration kMaxWait = absl::Minutes(5);

/// How long a call may take. `wait` is what the request asks for, for kWaits.
absl::Duration TimeoutOf(Pace pace, absl::Duration wait);

}  // namespace furnace::gateway
