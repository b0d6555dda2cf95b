#pragma once

#include "absl/synchronization/mutex.h"

namespace furnace::rpc {

/// Turns off Abseil's search for deadlocks in the whole process. Debian's Abseil is
/// built with it, and gRPC would pay for it at each of its locks: a tenth of the CPU
/// time of a call. Our own locks are std::mutex.
inline void SkipLockChecks() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace furnace::rpc
