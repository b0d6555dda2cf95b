#include "tests/support/scheduler/memory_job_links.h"

#include <algorithm>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {
absl::StatusOr<std::vector<std::optional<JobStatus>>> MemoryJobLinks::Link(
    int shard, const std::string& project_id, const std::vector<JobLink>& links) {
  FURNACE_RETURN_IF_ERROR(failure_);
  std::vector<std::optional<JobStatus>> statuses;
  MutexLock lock(queue_.mutex_);
  for (const JobLink& link : links) {
    statuses.emplace_back();
    const auto found = queue_.jobs_.find(link.parent_id);
    if (found == queue_.jobs_.end() || ShardOfJob(link.parent_id) != shard) continue;
    const Job& job = found->second.record.job;
    if (job.project_id != project_id) continue;
    statuses.back() = job.status;
    if (IsFinal(job.status) || link.child_id.empty()) continue;
    found->second.dependents.insert(link.child_id);
    found->second.record.has_dependents = true;
  }
  return statuses;
}

absl::Status MemoryJobLinks::EndParents(int shard, const std::vector<ParentNews>& news) {
  FURNACE_RETURN_IF_ERROR(failure_);
  MutexLock lock(queue_.mutex_);
  const absl::Time now = queue_.clock_.Now();
  for (const ParentNews& of_job : news) {
    const auto found = queue_.jobs_.find(of_job.child_id);
    if (found == queue_.jobs_.end() || ShardOfJob(of_job.child_id) != shard) continue;
    MemoryJobQueue::Entry& entry = found->second;
    if (of_job.linked) entry.linked = true;
    for (const EndedParent& parent : of_job.ended) {
      const Job before = entry.record.job;
      const absl::StatusOr<Job> after = EndParent(before, parent.id, parent.status, now);
      if (!after.ok()) continue;
      entry.record.job = *after;
      queue_.LogLocked(before, *after, now);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Dependents>> MemoryJobLinks::ReadDependents(const std::string& job_id,
                                                                         int limit) {
  FURNACE_RETURN_IF_ERROR(failure_);
  MutexLock lock(queue_.mutex_);
  const auto found = queue_.jobs_.find(job_id);
  if (found == queue_.jobs_.end() || !IsFinal(found->second.record.job.status)) {
    return std::nullopt;
  }
  Dependents dependents{.status = found->second.record.job.status, .child_ids = {}};
  for (const std::string& id : found->second.dependents) {
    if (static_cast<int>(dependents.child_ids.size()) < limit) dependents.child_ids.push_back(id);
  }
  return dependents;
}

absl::Status MemoryJobLinks::DropDependents(const std::string& job_id,
                                            const std::vector<std::string>& child_ids) {
  FURNACE_RETURN_IF_ERROR(failure_);
  MutexLock lock(queue_.mutex_);
  const auto found = queue_.jobs_.find(job_id);
  if (found == queue_.jobs_.end()) return absl::OkStatus();
  for (const std::string& id : child_ids) found->second.dependents.erase(id);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<UnlinkedJob>> MemoryJobLinks::ReadUnlinked(int shard, absl::Duration age,
                                                                      int limit) {
  FURNACE_RETURN_IF_ERROR(failure_);
  MutexLock lock(queue_.mutex_);
  std::vector<UnlinkedJob> unlinked;
  for (const auto& [id, entry] : queue_.jobs_) {
    const Job& job = entry.record.job;
    const bool due = job.queued_at + age <= queue_.clock_.Now();
    if (ShardOfJob(id) != shard || job.status != JobStatus::kWaiting || entry.linked || !due) {
      continue;
    }
    if (static_cast<int>(unlinked.size()) == limit) break;
    unlinked.push_back({.id = id,
                        .project_id = job.project_id,
                        .depends_on = job.depends_on,
                        .graph_id = entry.graph_id});
  }
  return unlinked;
}

absl::StatusOr<bool> MemoryJobLinks::DecideGraph(const std::string& graph_id, bool commit) {
  FURNACE_RETURN_IF_ERROR(failure_);
  MutexLock lock(queue_.mutex_);
  return decided_.emplace(graph_id, commit).first->second;
}

// It is kept: there is always somebody about to ask.
absl::Status MemoryJobLinks::ForgetGraph(const std::string&) { return failure_; }

}  // namespace furnace::scheduler
