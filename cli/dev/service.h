#pragma once

#include <sys/types.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace furnace::dev {

/// Whom a process runs as.
struct User {
  uid_t uid = 0;
  gid_t gid = 0;
};

/// How one process is started.
struct Command {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // "NAME=value"; all of it.
  std::optional<User> user;              // Unset: the same as ours.
  std::filesystem::path output;          // stdout and stderr are appended here.
  /// A folder to hand over as file descriptor kFolderFd; empty: none.
  std::filesystem::path folder;
  /// An open file to hand over as file descriptor kFileFd; -1: none.
  int file_fd = -1;
  /// What the kernel sends it when we die.
  int parent_death_signal = SIGTERM;
};

inline constexpr int kFolderFd = 9;
inline constexpr int kFileFd = 8;

/// One long-running part of the suite.
struct Service {
  std::string name;
  Command command;
  std::function<bool()> is_ready;  // May take a second.
  int stop_signal = SIGTERM;
  absl::Duration stop_grace = absl::Seconds(15);  // Then SIGKILL.
};

}  // namespace furnace::dev
