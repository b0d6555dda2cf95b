#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "libs/common/base/shared_text.h"

namespace furnace::worker {

/// Why an attempt has no result.
enum class Cause {
  kNone,           // It has one.
  kHandlerError,   // The handler raised, returned an error, or returned no JSON.
  kHandlerExited,  // Its process ended while it had the job.
  kTimeout,        // It ran longer than the endpoint allows.
};

/// How an attempt ended.
struct Outcome {
  SharedText output;  // One JSON value; empty when `cause` is set.
  Cause cause = Cause::kNone;
  std::string error;  // UTF-8, at most kErrorBytesMax; empty on success.
  /// How long we had the job before the handler could begin it.
  absl::Duration waited;
  std::int64_t gpu_memory_peak_mib = 0;  // While it ran; 0: not known.
  /// That a language model read and wrote for it, up to 1e12; 0: not known.
  std::int64_t tokens = 0;

  bool operator==(const Outcome&) const = default;
};

inline constexpr std::size_t kErrorBytesMax = 16 << 10;

/// A failure whose text is made valid UTF-8 and cut to kErrorBytesMax.
Outcome Failure(Cause cause, std::string_view error);

}  // namespace furnace::worker
