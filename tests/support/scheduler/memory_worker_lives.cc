#include "tests/support/scheduler/memory_worker_lives.h"

#include <algorithm>

#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {

void MemoryWorkerLives::Keep(Presences presences, Done<std::set<std::string>> done) {
  if (!failure_.ok()) return done(failure_);
  std::set<std::string> always_on;
  {
    MutexLock lock(queue_.mutex_);
    heard_.push_back(presences);
    for (const WorkerPresence& worker : presences.workers) {
      if (KeepLocked(presences, worker)) always_on.insert(worker.worker.worker_id);
    }
  }
  done(std::move(always_on));
}

bool MemoryWorkerLives::KeepLocked(const Presences& presences, const WorkerPresence& worker) {
  const MemoryJobQueue::LifeKey key = {presences.endpoint_id, worker.worker.worker_id};
  if (GoOnLocked(key, presences, worker)) return true;
  if (worker.state != WorkerPresence::State::kIdle) return false;
  const auto always_on =
      std::count_if(queue_.lives_.begin(), queue_.lives_.end(),
                    [&](const auto& life) { return life.first.first == presences.endpoint_id; });
  const bool busy = std::any_of(queue_.jobs_.begin(), queue_.jobs_.end(), [&](const auto& entry) {
    const Job& job = entry.second.record.job;
    return job.status == JobStatus::kInProgress && job.endpoint_id == presences.endpoint_id &&
           job.worker_id == worker.worker.worker_id;
  });
  if (always_on >= presences.always_on || busy) return false;
  queue_.lives_[key] = {.id = worker.life_id,
                        .project_id = presences.project_id,
                        .worker = worker.worker,
                        .life = BeginLifetime(queue_.clock_.Now(), presences.lapse),
                        .covers = {}};
  queue_.lives_[key].worker.cold_start = absl::ZeroDuration();
  return true;
}

bool MemoryWorkerLives::GoOnLocked(const MemoryJobQueue::LifeKey& key, const Presences& presences,
                                   const WorkerPresence& worker) {
  const auto found = queue_.lives_.find(key);
  if (found == queue_.lives_.end()) return false;
  const absl::Time now = queue_.clock_.Now();
  Lifetime& life = found->second.life;
  if (worker.state == WorkerPresence::State::kEnded) {
    life = Stop(life, now);
    return queue_.ReportLifeLocked(key);
  }
  if (!GoesOn(life, now, !found->second.covers.empty())) return queue_.ReportLifeLocked(key);
  life = Extend(life, now, presences.lapse);
  return true;
}

void MemoryJobQueue::CoverLocked(Entry& entry) {
  const Job& job = entry.record.job;
  const auto life = lives_.find({job.endpoint_id, job.worker_id});
  entry.covered = life != lives_.end();
  if (entry.covered) life->second.covers.insert(job.id);
}

bool MemoryJobQueue::EndCoveredLocked(const Job& job, absl::Time end) {
  Entry& entry = jobs_.at(job.id);
  if (!entry.covered) return false;
  entry.covered = false;
  Life& life = lives_.at({job.endpoint_id, job.worker_id});
  life.covers.erase(job.id);
  life.life = EndCovered(life.life, end);
  return true;
}

bool MemoryJobQueue::ReportLifeLocked(const LifeKey& key) {
  Life& life = lives_.at(key);
  const LifetimeReport report =
      scheduler::Report(life.life, clock_.Now(), !life.covers.empty(), slice_);
  for (const LifetimeSlice& slice : report.slices) {
    events_[ShardOfEndpoint(key.first, shards_)].push_back(
        {.event_id = std::to_string(next_event_++),
         .job_id = {},
         .attempt_end = std::nullopt,
         .slice = WorkerSlice{.life_id = life.id,
                              .project_id = life.project_id,
                              .endpoint_id = key.first,
                              .worker = life.worker,
                              .slice = slice}});
  }
  if (report.over) lives_.erase(key);
  return !report.over;
}

void MemoryJobQueue::SweepLivesLocked(int shard) {
  std::vector<LifeKey> keys;
  for (const auto& [key, life] : lives_) {
    if (ShardOfEndpoint(key.first, shards_) == shard) keys.push_back(key);
  }
  for (const LifeKey& key : keys) ReportLifeLocked(key);
}

}  // namespace furnace::scheduler
