#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/worker/domain/handler_environment.h"

namespace furnace::worker {

/// What to run. A program without "/" is looked for in the environment's PATH.
struct Command {
  std::vector<std::string> arguments;  // The program first.
  std::string folder;                  // Its working directory.
  Variables environment;
};

/// A process that was started: the leader of a process group of its own.
struct Child {
  pid_t pid = -1;
  int exit_fd = -1;    // Readable once it has ended.
  int stdout_fd = -1;  // Not blocking.
  int stderr_fd = -1;
};

/// Starts `command` with the usual signals and nothing to read on stdin. It
/// inherits no other descriptor, and is killed when the calling *thread* ends.
/// The caller owns the descriptors and reaps the process.
///
/// NOT_FOUND when the program or folder is not there, INTERNAL on other errors.
absl::StatusOr<Child> Spawn(const Command& command);

}  // namespace furnace::worker
