// What the process driver remembers of a worker across its own restarts: a small
// file per worker in its state folder.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

struct WorkerFile {
  DriverWorker worker;
  pid_t pid = 0;
  /// Of the process, in clock ticks since boot: a pid that was used again differs.
  std::string start_ticks;
};

/// Where a worker's output and its unsent results go. Ids are UUIDv7, so names sort
/// by age.
std::string WorkerLogPath(const std::string& folder, const std::string& worker_id);
std::string WorkerSpoolPath(const std::string& folder, const std::string& worker_id);

absl::Status SaveWorkerFile(const std::string& folder, const WorkerFile& file);

/// Drops what is kept of a worker that has ended: its file and its spool, which holds
/// nothing that anybody waits for. Of the logs of ended workers the newest
/// kKeptWorkerLogs stay.
void RemoveWorkerFiles(const std::string& folder, const std::string& worker_id);
inline constexpr std::size_t kKeptWorkerLogs = 100;

/// All readable files in the folder; what cannot be read is left alone.
std::vector<WorkerFile> LoadWorkerFiles(const std::string& folder);

/// When the process started, or nullopt when there is none with this pid or it is a
/// zombie. Source: proc(5), field 22 of /proc/[pid]/stat.
std::optional<std::string> StartTicks(pid_t pid);

}  // namespace furnace::scheduler
