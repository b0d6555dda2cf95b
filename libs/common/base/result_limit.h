#pragma once

#include <cstddef>

namespace furnace {

/// Largest result of a job: the JSON that its handler returned. One limit from the handler to
/// the client; an attempt that returns more fails with an error that names both sizes.
inline constexpr std::size_t kMaxResultBytes = std::size_t{64} << 20;

/// The largest message, and the largest answer over REST, that holds a job with its result:
/// it may hold the job's input and chunks, too.
inline constexpr std::size_t kMaxJobBytes = kMaxResultBytes + (std::size_t{32} << 20);

}  // namespace furnace
