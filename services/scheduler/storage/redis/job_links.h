#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/common/redis/client.h"
#include "services/scheduler/app/job_links.h"
#include "services/scheduler/storage/redis/scripts.h"

namespace furnace::scheduler {

/// Dependencies in Redis; their keys are listed in lua/lib/queue.lua. Thread-safe.
class RedisJobLinks final : public JobLinks {
 public:
  RedisJobLinks(redis::Client& client, const QueueScripts& scripts)
      : client_(client), scripts_(scripts) {}

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
  redis::Client& client_;
  const QueueScripts& scripts_;
};

}  // namespace furnace::scheduler
