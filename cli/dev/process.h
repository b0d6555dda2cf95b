#pragma once

#include <sys/types.h>

#include <string>

#include "absl/status/statusor.h"
#include "cli/dev/service.h"

namespace furnace::dev {

/// Starts a process in a process group of its own, so that a terminal's Ctrl-C
/// reaches us alone, and bound to the life of the calling thread.
///
/// UNAVAILABLE when it cannot be started; a program that cannot be executed exits
/// with kExecFailed, the reason in its output.
absl::StatusOr<pid_t> Spawn(const Command& command);

inline constexpr int kExecFailed = 127;

/// A wait status in words: "exited with status 1", "killed by SIGKILL".
std::string DescribeExit(int wait_status);

}  // namespace furnace::dev
