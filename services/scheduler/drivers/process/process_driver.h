#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/drivers/process/worker_file.h"

namespace furnace::scheduler {

struct ProcessDriverOptions {
  std::vector<GpuPool> gpus;
  std::string worker_binary;
  /// Folders that file:// images may lie in.
  std::vector<std::string> image_roots;
  /// Where worker files and spools are kept.
  std::string state_dir;
  /// Put before PYTHONPATH of handlers.
  std::string python_path;
  /// Where workers find the scheduler.
  std::string scheduler_address;
  std::string internal_token;
  /// How long workers outlive a scheduler that is gone.
  absl::Duration disconnect_limit = absl::Minutes(5);
};

/// Runs workers as processes of this machine, with images that are folders
/// (file:///...). Workers survive the scheduler and are found again by their files.
/// Thread-safe.
class ProcessDriver final : public Driver {
 public:
  /// Adopts the workers that an earlier scheduler left running.
  explicit ProcessDriver(ProcessDriverOptions options);

  absl::StatusOr<std::string> Start(const Endpoint& endpoint) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Kill(const std::string& worker_id) override ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<DriverWorker> List() override ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<GpuPool> Gpus() override ABSL_LOCKS_EXCLUDED(mutex_);

  /// Asks all workers to finish, and ends those that have not within `grace`.
  void StopAll(absl::Duration grace) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  std::vector<GpuPool> GpusLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReapLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SignalAllLocked(int signal) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<std::string> Environment(const Endpoint& endpoint, const GpuPool& gpu,
                                       const std::string& worker_id, absl::Time now,
                                       const std::string& folder) const;

  const ProcessDriverOptions options_;
  Mutex mutex_;
  std::map<std::string, WorkerFile> workers_ ABSL_GUARDED_BY(mutex_);
};

/// The folder of a file:// image, symbolic links resolved. FAILED_PRECONDITION when
/// the URI is of another kind, or no folder within one of `roots`.
absl::StatusOr<std::string> ResolveImage(const std::string& image_uri,
                                         const std::vector<std::string>& roots);

}  // namespace furnace::scheduler
