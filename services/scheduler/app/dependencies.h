#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/scheduler/app/job_links.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Brings the ends of jobs to those that depend on them, whatever shards they are in.
/// Everything may be done again, so a crash at any point loses nothing. Blocks.
/// Thread-safe.
class Dependencies {
 public:
  Dependencies(JobLinks& links, JobQueue& queue, JobHistory& history)
      : links_(links), queue_(queue), history_(history) {}

  /// NOT_FOUND names a job that the project does not have.
  absl::Status CheckParents(const std::string& project_id, const std::vector<std::string>& parents);

  /// Lets the parents of WAITING jobs know of them, and the jobs of the parents that have
  /// ended; what a graph holds back is released. `jobs` are the project's.
  absl::Status Link(const std::string& project_id, const std::vector<UnlinkedJob>& jobs);

  /// Tells those that wait for a job that it has ended, if it has.
  absl::Status TellDependents(const std::string& job_id);

  /// For the leader of a shard: links what a crash has left, and cancels jobs of graphs
  /// that were never accepted.
  absl::Status Recover(int shard);

  /// Accepts a graph whose `jobs` have all been queued, links them and lets them go; the
  /// jobs of one that is not accepted are cancelled. UNAVAILABLE when it has been dropped
  /// before, or nobody knows.
  absl::Status Accept(const std::string& project_id, const std::string& graph_id,
                      const std::vector<UnlinkedJob>& jobs);

  /// Drops a graph unless it has been accepted, and cancels its jobs.
  void Drop(const std::string& graph_id, const std::vector<UnlinkedJob>& jobs);

 private:
  /// By child.
  using Ended = std::map<std::string, std::vector<EndedParent>>;

  absl::StatusOr<Ended> LinkToParents(const std::string& project_id,
                                      const std::vector<UnlinkedJob>& jobs);
  absl::StatusOr<JobStatus> PastStatus(const std::string& job_id, const std::string& project_id);
  absl::Status Tell(std::map<int, std::vector<ParentNews>> news);
  absl::Status RecoverOne(const UnlinkedJob& job);
  absl::Status Cancel(const UnlinkedJob& job);

  JobLinks& links_;
  JobQueue& queue_;
  JobHistory& history_;
};

}  // namespace furnace::scheduler
