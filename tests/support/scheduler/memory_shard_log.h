#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/scheduler/memory_job_queue.h"

namespace furnace::scheduler {

/// The background side of a MemoryJobQueue. Thread-safe but for set_status.
class MemoryShardLog final : public ShardLog {
 public:
  explicit MemoryShardLog(MemoryJobQueue& queue) : queue_(queue) {}

  /// All methods fail so until this is OK again.
  void set_status(absl::Status status) { failure_ = std::move(status); }
  /// How often ReadEvents was called.
  int reads() const { return reads_; }

  absl::StatusOr<bool> Lead(int shard, const std::string& replica, absl::Duration term) override;
  absl::StatusOr<Swept> Sweep(int shard, int limit) override;
  absl::StatusOr<std::map<int, std::vector<JobEvent>>> ReadEvents(const std::vector<int>& shards,
                                                                  int limit) override;
  absl::StatusOr<std::vector<JobRecord>> ReadJobs(int shard,
                                                  const std::vector<std::string>& ids) override;
  absl::Status Forget(int shard, const std::vector<std::string>& event_ids,
                      const std::vector<std::pair<std::string, std::int64_t>>& stored) override;
  absl::Status SetHindrance(const std::string& endpoint_id, const Hindrance& hindrance) override;
  absl::Status SetCapacity(const std::string& endpoint_id, const Capacity& capacity) override;
  absl::Status RecordRuns(int shard, const std::map<std::string, RunHistory>& runs) override;
  absl::StatusOr<std::map<std::string, QueueSnapshot>> Survey(
      const std::vector<std::string>& endpoint_ids) override;

 private:
  struct Leadership {
    std::string replica;
    absl::Time until;
  };

  MemoryJobQueue& queue_;
  absl::Status failure_;
  int reads_ = 0;
  std::map<int, Leadership> leaders_;
};

}  // namespace furnace::scheduler
