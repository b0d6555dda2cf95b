#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/scheduler/app/job_links.h"
#include "tests/support/scheduler/memory_job_queue.h"

namespace furnace::scheduler {

/// The dependencies of a MemoryJobQueue. Thread-safe but for what is for tests.
class MemoryJobLinks final : public JobLinks {
 public:
  explicit MemoryJobLinks(MemoryJobQueue& queue) : queue_(queue) {}

  /// For tests: all methods fail so until this is OK again.
  void set_status(absl::Status status) { failure_ = std::move(status); }

  absl::StatusOr<std::vector<std::optional<JobStatus>>> Link(
      int shard, const std::string& project_id, const std::vector<JobLink>& links) override;
  absl::Status EndParents(int shard, const std::vector<ParentNews>& news) override;
  absl::StatusOr<std::optional<Dependents>> ReadDependents(const std::string& job_id,
                                                           int limit) override;
  absl::Status DropDependents(const std::string& job_id,
                              const std::vector<std::string>& child_ids) override;
  absl::StatusOr<std::vector<UnlinkedJob>> ReadUnlinked(int shard, absl::Duration age,
                                                        int limit) override;
  absl::StatusOr<bool> DecideGraph(const std::string& graph_id, bool commit) override;
  absl::Status ForgetGraph(const std::string& graph_id) override;

 private:
  MemoryJobQueue& queue_;
  absl::Status failure_;
  std::map<std::string, bool> decided_ ABSL_GUARDED_BY(queue_.mutex_);  // By graph.
};

}  // namespace furnace::scheduler
