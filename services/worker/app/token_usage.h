#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace furnace::worker {

/// An output or chunk that is larger is not looked at.
inline constexpr std::size_t kTokenUsageBytesMax = std::size_t{1} << 20;
/// More tokens than this are no count of tokens.
inline constexpr std::int64_t kTokensMax = 1'000'000'000'000;

/// The tokens that a language model read and wrote for a job, 1 to kTokensMax, by the `usage` in
/// its output or in a chunk of it; 0: it tells of none. `json` is valid JSON.
///
///   {"usage": {"total_tokens": 9}}
///   {"usage": {"prompt_tokens": 5, "completion_tokens": 4}}     also input_tokens, output_tokens
///   {"usage": {"input": 5, "output": 4}}                        RunPod's vLLM worker
///   "data: {\"usage\": ...}\n\n"                                server-sent events
///   [..., any of these, ...]                                    also one list deeper
///
/// Usage in a stream is what there was so far, so of several the last counts. A count that is no
/// integer from 0 to kTokensMax is taken for 0.
std::int64_t TokensOf(std::string_view json);

}  // namespace furnace::worker
