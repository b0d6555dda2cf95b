#include "tests/support/scheduler/memory_shard_log.h"

#include <algorithm>
#include <set>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {

absl::StatusOr<bool> MemoryShardLog::Lead(int shard, const std::string& replica,
                                          absl::Duration term) {
  FURNACE_RETURN_IF_ERROR(failure_);
  const absl::Time now = queue_.clock_.Now();
  Leadership& leader = leaders_[shard];
  if (leader.until > now && leader.replica != replica) return false;
  leader = {.replica = replica, .until = now + term};
  return true;
}

absl::StatusOr<Swept> MemoryShardLog::Sweep(int shard, int limit) {
  FURNACE_RETURN_IF_ERROR(failure_);
  Swept swept;
  MutexLock lock(queue_.mutex_);
  const absl::Time now = queue_.clock_.Now();
  const auto has_room = [limit](const auto& list) { return static_cast<int>(list.size()) < limit; };
  for (auto& [id, entry] : queue_.jobs_) {
    Job& job = entry.record.job;
    const Job before = job;
    absl::Time then = now;
    if (ShardOfJob(id) != shard) continue;
    if (job.status == JobStatus::kInProgress) {
      if (entry.deadline > now || !has_room(swept.lapsed)) continue;
      const Outcome lost{.cause = FailureCause::kWorkerLost,
                         .output = {},
                         .error = "worker " + job.worker_id + " was lost"};
      then = entry.deadline;
      job = *End(job, job.attempt, lost, /*draw=*/0, then);
      swept.lapsed.push_back(
          {.lease = {.job_id = id, .epoch = before.attempt}, .worker_id = before.worker_id});
    } else if (const auto expired = Expire(job, now); expired.ok() && has_room(swept.expired)) {
      job = *expired;
      swept.expired.push_back(id);
    } else if (const auto due = Release(job, now); due.ok() && has_room(swept.released)) {
      job = *due;
      swept.released.push_back(id);
    }
    queue_.LogLocked(before, job, then);
  }
  queue_.SweepLivesLocked(shard);
  return swept;
}

absl::StatusOr<std::map<int, std::vector<JobEvent>>> MemoryShardLog::ReadEvents(
    const std::vector<int>& shards, int limit) {
  FURNACE_RETURN_IF_ERROR(failure_);
  ++reads_;
  std::map<int, std::vector<JobEvent>> events;
  MutexLock lock(queue_.mutex_);
  for (const int shard : shards) {
    std::vector<JobEvent> in_shard = queue_.events_[shard];
    if (in_shard.empty()) continue;
    in_shard.resize(std::min(in_shard.size(), static_cast<std::size_t>(limit)));
    events[shard] = std::move(in_shard);
  }
  return events;
}

absl::StatusOr<std::vector<JobRecord>> MemoryShardLog::ReadJobs(
    int shard, const std::vector<std::string>& ids) {
  FURNACE_RETURN_IF_ERROR(failure_);
  std::vector<JobRecord> records;
  MutexLock lock(queue_.mutex_);
  for (const std::string& id : ids) {
    const auto found = queue_.jobs_.find(id);
    if (found != queue_.jobs_.end() && ShardOfJob(id) == shard) {
      records.push_back(found->second.record);
    }
  }
  return records;
}

absl::Status MemoryShardLog::Forget(
    int shard, const std::vector<std::string>& event_ids,
    const std::vector<std::pair<std::string, std::int64_t>>& stored) {
  FURNACE_RETURN_IF_ERROR(failure_);
  const std::set<std::string> ids(event_ids.begin(), event_ids.end());
  MutexLock lock(queue_.mutex_);
  for (const std::string& id : event_ids) queue_.budgets_.Forget(id, shard);
  std::erase_if(queue_.events_[shard],
                [&](const JobEvent& event) { return ids.contains(event.event_id); });
  for (const auto& [id, version] : stored) {
    const auto found = queue_.jobs_.find(id);
    if (found == queue_.jobs_.end()) continue;
    const Job& job = found->second.record.job;
    if (!IsFinal(job.status) || job.version != version) continue;
    queue_.past_[id] = version;
    queue_.jobs_.erase(found);
  }
  return absl::OkStatus();
}

absl::Status MemoryShardLog::SetHindrance(const std::string& endpoint_id,
                                          const Hindrance& hindrance) {
  FURNACE_RETURN_IF_ERROR(failure_);
  MutexLock lock(queue_.mutex_);
  queue_.hindrances_[endpoint_id] = hindrance;
  return absl::OkStatus();
}

absl::Status MemoryShardLog::SetCapacity(const std::string& endpoint_id, const Capacity& capacity) {
  FURNACE_RETURN_IF_ERROR(failure_);
  MutexLock lock(queue_.mutex_);
  queue_.capacities_[endpoint_id] = capacity;
  return absl::OkStatus();
}

absl::Status MemoryShardLog::RecordRuns(int, const std::map<std::string, RunHistory>& runs) {
  FURNACE_RETURN_IF_ERROR(failure_);
  const auto add = [](const auto& latest, std::size_t kept, auto& list) {
    list.insert(list.begin(), latest.begin(), latest.end());
    list.resize(std::min(list.size(), kept));
  };
  MutexLock lock(queue_.mutex_);
  for (const auto& [endpoint_id, latest] : runs) {
    RunHistory& history = queue_.runs_[endpoint_id];
    add(latest.executions, RunHistory::kMaxExecutions, history.executions);
    add(latest.cold_starts, RunHistory::kMaxColdStarts, history.cold_starts);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, QueueSnapshot>> MemoryShardLog::Survey(
    const std::vector<std::string>& endpoint_ids) {
  FURNACE_RETURN_IF_ERROR(failure_);
  std::map<std::string, QueueSnapshot> surveys;
  MutexLock lock(queue_.mutex_);
  for (const std::string& endpoint_id : endpoint_ids) {
    QueueSnapshot& survey = surveys[endpoint_id];
    std::map<std::string, std::pair<int, const MemoryJobQueue::Entry*>> classes;
    for (const auto& [id, entry] : queue_.jobs_) {
      const Job& job = entry.record.job;
      if (job.endpoint_id != endpoint_id) continue;
      survey.running += job.status == JobStatus::kInProgress ? 1 : 0;
      const bool parked = job.status == JobStatus::kInQueue && queue_.IsHeldLocked(entry);
      const bool waits = job.status == JobStatus::kWaiting || job.status == JobStatus::kDelayed;
      survey.held += parked || waits ? 1 : 0;
      if (job.status != JobStatus::kInQueue || parked) continue;
      ++survey.queued;
      auto& [count, head] = classes.try_emplace(job.affinity, 0, &entry).first->second;
      ++count;
      if (entry.score < head->score) head = &entry;
    }
    for (const auto& [affinity, queued] : classes) {
      const absl::Time since = queue_.runnable_since_[queued.second->record.job.id];
      survey.classes.push_back({.affinity = ParseAffinityClass(affinity),
                                .queued = queued.first,
                                .oldest_wait = queue_.clock_.Now() - since});
      survey.oldest_wait = std::max(survey.oldest_wait, survey.classes.back().oldest_wait);
    }
  }
  return surveys;
}

}  // namespace furnace::scheduler
