#pragma once

#include <string>
#include <vector>

#include "services/scheduler/app/rebuild_ports.h"
#include "tests/support/scheduler/memory_job_queue.h"

namespace furnace::scheduler {

/// Puts jobs back into a MemoryJobQueue, and loses them. Thread-safe.
class MemoryLostJobs final : public LostJobs {
 public:
  explicit MemoryLostJobs(MemoryJobQueue& queue) : queue_(queue) {}

  /// Everything the queue has is gone, as with Redis's disk.
  void LoseAll();

  absl::StatusOr<std::vector<std::string>> Missing(int shard,
                                                   const std::vector<std::string>& ids) override;
  absl::StatusOr<int> PutBack(int shard, const std::vector<LostJob>& jobs) override;

 private:
  MemoryJobQueue& queue_;
};

}  // namespace furnace::scheduler
