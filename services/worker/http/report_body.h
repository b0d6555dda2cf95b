#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "libs/common/base/result_limit.h"
#include "services/worker/app/agent.h"

namespace furnace::worker {

/// Largest output of a job.
inline constexpr std::size_t kOutputBytesMax = kMaxResultBytes;
/// Largest body that is read: an output with what is around it.
inline constexpr std::size_t kBodyBytesMax = kOutputBytesMax + (std::size_t{64} << 10);

/// What the body of a job-done says. Never refused: what cannot be understood is
/// the failure of the job.
///
///   {"output": any}                            the result
///   {} or no "output"                          the result null
///   {"error": any, ...}                        a failure; what is not a string is
///                                              shown as JSON; null, false and ""
///                                              are no error
///   {"status": "IN_PROGRESS", "output": any}   progress
///   "stopPod": true in any of them             wants a new process afterwards
///
/// NaN, Infinity and halves of surrogate pairs are put right, as by StrictJson. What a result says
/// of its tokens is read, as by TokensOf.
Report ParseDone(std::string_view body);

/// What the body of a job-stream says: {"output": any} is a chunk, whose tokens are read,
/// too. A report of nothing when it is no JSON.
Report ParseStream(std::string_view body);

/// The report of a result of `bytes` bytes, more than kBodyBytesMax.
Report TooLarge(std::size_t bytes);

}  // namespace furnace::worker
