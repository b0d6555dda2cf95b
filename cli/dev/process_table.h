// What /proc says about processes that are not, or not any more, ours by fork.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace furnace::dev {

/// Variable that marks every process of a suite with its data folder.
inline constexpr char kFolderVariable[] = "FURNACE_DEV_FOLDER";

/// Processes that belong to the suite in `data` without being told so by anyone
/// alive: marked by kFolderVariable or a spool below the folder in their
/// environment, or a PostgreSQL or Redis server that works below it.
std::vector<pid_t> FindLeftovers(const std::filesystem::path& data);

/// All descendants of this process.
std::vector<pid_t> FindDescendants();

/// Ends processes: SIGTERM (SIGINT to PostgreSQL, which then does not wait for its
/// clients), and SIGKILL to what is left after `grace`. `find` is asked again and
/// again until it names none; children of ours are reaped. Whether none is left, for
/// it gives up ten seconds after the SIGKILL.
bool EndAll(const std::function<std::vector<pid_t>()>& find, absl::Duration grace);

}  // namespace furnace::dev
