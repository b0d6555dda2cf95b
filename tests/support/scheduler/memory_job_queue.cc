#include "tests/support/scheduler/memory_job_queue.h"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

#include "services/scheduler/domain/affinity.h"
#include "services/scheduler/domain/attribution.h"
#include "services/scheduler/domain/job_window.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {
void MemoryJobQueue::Submit(Submission submission, Done<SubmitResult> done) {
  if (auto failure = Begin(QueueCall::kSubmit)) return done(*failure);
  absl::StatusOr<SubmitResult> result;
  {
    MutexLock lock(mutex_);
    result = SubmitLocked(std::move(submission));
  }
  if (!result.ok()) return done(result.status());
  Answer<SubmitResult>(QueueCall::kSubmit, std::move(done), *std::move(result));
}

absl::StatusOr<SubmitResult> MemoryJobQueue::SubmitLocked(Submission submission) {
  const absl::Time now = clock_.Now();
  if (!submission.idempotency_key.empty()) {
    const Known& known = known_[{submission.endpoint_id, submission.idempotency_key}];
    if (known.until > now && known.fingerprint != submission.fingerprint) {
      return absl::AlreadyExistsError("idempotency_key");
    }
    if (known.until > now) return SubmitResult{.queued_at = now, .known_id = known.job_id};
  }
  const auto waits = [&submission](const auto& entry) {
    const Job& job = entry.second.record.job;
    return job.endpoint_id == submission.endpoint_id && Waits(job.status);
  };
  const auto waiting = static_cast<std::size_t>(std::count_if(jobs_.begin(), jobs_.end(), waits));
  if (waiting + submission.items.size() > static_cast<std::size_t>(submission.max_queued)) {
    return absl::ResourceExhaustedError("too many jobs wait");
  }
  if (HasTooManyClassesLocked(submission)) return absl::ResourceExhaustedError("options.window");
  if (!submission.idempotency_key.empty()) {
    known_[{submission.endpoint_id, submission.idempotency_key}] = {
        .job_id = submission.items.at(0).id,
        .fingerprint = submission.fingerprint,
        .until = now + submission.idempotency_ttl};
  }
  for (Submission::Item& item : submission.items) {
    Entry entry;
    Job job;
    job.id = item.id;
    job.endpoint_id = submission.endpoint_id;
    job.project_id = submission.project_id;
    job.priority = item.priority;
    job.affinity = item.affinity;
    job.timeout = item.timeout;
    job.retry = submission.retry;
    job.concurrency_key = item.concurrency_key;
    job.depends_on = item.depends_on;
    job.on_parent_failure = item.on_parent_failure;
    job.refers_to_outputs = item.refers_to_outputs;
    job.unfinished = {item.depends_on.begin(), item.depends_on.end()};
    if (!item.graph_id.empty()) job.unfinished.insert(item.graph_id);
    entry.graph_id = item.graph_id;
    job.batch_id = submission.batch_id;
    job.webhook = item.webhook;
    job.attribution = item.attribution;
    job.input_stored = item.input_stored;
    if (!item.input_stored) job.input = std::move(item.input);
    entry.record.s3_config = item.s3_config;
    entry.record.job = Accept(job, item.not_before, item.ttl, now);
    entry.score = QueueScore(std::max(now, item.not_before.value_or(now)), item.priority,
                             submission.head_start, ParseAffinityClass(item.affinity).critical);
    LogLocked(job, entry.record.job, now);
    jobs_[item.id] = std::move(entry);
  }
  return SubmitResult{.queued_at = now, .known_id = {}};
}

// What is over may not start, whether it has been swept or not.
void MemoryJobQueue::ExpireLocked(const std::string& endpoint_id) {
  for (auto& [id, entry] : jobs_) {
    const Job before = entry.record.job;
    if (before.endpoint_id != endpoint_id || before.status != JobStatus::kInQueue) continue;
    const absl::StatusOr<Job> expired = Expire(before, clock_.Now());
    if (!expired.ok()) continue;
    entry.record.job = *expired;
    LogLocked(before, *expired, clock_.Now());
  }
}

int MemoryJobQueue::RunningLocked(const std::string& endpoint_id) const {
  const auto runs = [&endpoint_id](const auto& entry) {
    const Job& job = entry.second.record.job;
    return job.endpoint_id == endpoint_id && job.status == JobStatus::kInProgress;
  };
  return static_cast<int>(std::count_if(jobs_.begin(), jobs_.end(), runs));
}

void MemoryJobQueue::Locate(const std::string& job_id, Done<std::optional<QueuePlace>> done) {
  if (auto failure = Begin(QueueCall::kLocate)) return done(*failure);
  std::optional<QueuePlace> place;
  {
    MutexLock lock(mutex_);
    const auto found = jobs_.find(job_id);
    if (found != jobs_.end() && Waits(found->second.record.job.status))
      place = PlaceLocked(found->second);
  }
  Answer<std::optional<QueuePlace>>(QueueCall::kLocate, std::move(done), std::move(place));
}

QueuePlace MemoryJobQueue::PlaceLocked(const Entry& entry) const {
  const Job& job = entry.record.job;
  QueuePlace place{.key_busy = IsHeldLocked(entry), .running = RunningLocked(job.endpoint_id)};
  const auto hindrance = hindrances_.find(job.endpoint_id);
  if (hindrance != hindrances_.end()) place.hindrance = hindrance->second;
  place.parents = {job.unfinished.begin(), job.unfinished.end()};
  const auto capacity = capacities_.find(job.endpoint_id);
  if (capacity != capacities_.end()) place.capacity = capacity->second;
  const auto runs = runs_.find(job.endpoint_id);
  if (runs != runs_.end()) place.runs = runs->second;
  if (job.status != JobStatus::kInQueue || place.key_busy) return place;
  for (const auto& [id, other] : jobs_) {
    const Job& before = other.record.job;
    if (before.endpoint_id != job.endpoint_id || before.status != JobStatus::kInQueue) continue;
    if (IsHeldLocked(other)) continue;
    const bool aside = !ParseAffinityClass(before.affinity).spent_key.empty();
    if (aside && before.affinity != job.affinity) continue;
    const bool first = std::tie(other.score, id) <= std::tie(entry.score, job.id);
    place.position += first ? 1 : 0;
    const std::string window(WindowOf(before.affinity));
    if (first && before.affinity != job.affinity && !window.empty()) ++place.before[window];
  }
  return place;
}

void MemoryJobQueue::Redrive(RedriveRequest request, Done<std::vector<bool>> done) {
  if (auto failure = Begin(QueueCall::kRedrive)) return done(*failure);
  std::vector<bool> queued;
  {
    MutexLock lock(mutex_);
    const absl::Time now = clock_.Now();
    for (JobRecord& record : request.jobs) {
      const std::string id = record.job.id;
      const bool stale = !jobs_.contains(id) && past_[id] > record.job.version;
      if (stale) {
        queued.push_back(false);
        continue;
      }
      if (!jobs_.contains(id)) jobs_[id].record = std::move(record);
      Entry& entry = jobs_[id];
      const absl::StatusOr<Job> redriven = scheduler::Redrive(entry.record.job, request.ttl, now);
      queued.push_back(redriven.ok());
      if (!redriven.ok()) continue;
      LogLocked(entry.record.job, *redriven, now);
      entry.record.job = *redriven;
      entry.score = QueueScore(now, redriven->priority, request.head_start,
                               ParseAffinityClass(redriven->affinity).critical);
    }
  }
  Answer<std::vector<bool>>(QueueCall::kRedrive, std::move(done), std::move(queued));
}

void MemoryJobQueue::Purge(const std::string& endpoint_id, int limit, Done<int> done) {
  if (auto failure = Begin(QueueCall::kPurge)) return done(*failure);
  int purged = 0;
  {
    MutexLock lock(mutex_);
    for (auto& [id, entry] : jobs_) {
      Job& job = entry.record.job;
      if (purged == limit) break;
      if (job.endpoint_id != endpoint_id || !Waits(job.status)) continue;
      const Job before = job;
      job = scheduler::Cancel(job, clock_.Now());
      job.error = "purged";
      LogLocked(before, job, clock_.Now());
      ++purged;
    }
  }
  Answer<int>(QueueCall::kPurge, std::move(done), purged);
}

void MemoryJobQueue::Settle(Settlement settlement, Done<SettleResult> done) {
  if (auto failure = Begin(QueueCall::kSettle)) return done(*failure);
  SettleResult result;
  {
    MutexLock lock(mutex_);
    result = SettleLocked(settlement);
  }
  Answer<SettleResult>(QueueCall::kSettle, std::move(done), result);
}

void MemoryJobQueue::Cancel(const std::string& job_id, const std::string& project_id,
                            Done<std::optional<CancelledJob>> done) {
  if (auto failure = Begin(QueueCall::kCancel)) return done(*failure);
  std::optional<CancelledJob> cancelled;
  {
    MutexLock lock(mutex_);
    const auto found = jobs_.find(job_id);
    if (found != jobs_.end() && found->second.record.job.project_id == project_id) {
      Job& job = found->second.record.job;
      const Job before = job;
      cancelled = {.status_before = job.status, .worker_id = job.worker_id, .epoch = job.attempt};
      job = scheduler::Cancel(job, clock_.Now());
      LogLocked(before, job, clock_.Now());
      if (before.status == JobStatus::kInProgress) ReserveLocked(before, FailureCause::kNone);
    }
  }
  Answer<std::optional<CancelledJob>>(QueueCall::kCancel, std::move(done), std::move(cancelled));
}

void MemoryJobQueue::Find(const std::string& job_id, FindOptions options,
                          Done<std::optional<JobRecord>> done) {
  if (auto failure = Begin(QueueCall::kFind)) return done(*failure);
  std::optional<JobRecord> record;
  {
    MutexLock lock(mutex_);
    last_find_ = options;
    const auto found = jobs_.find(job_id);
    if (found != jobs_.end()) record = found->second.record;
  }
  if (record) {
    if (!options.input) record->job.input.reset();
    const auto kept = static_cast<std::int64_t>(record->chunks.size());
    const std::int64_t after = options.chunks_after.value_or(record->chunk_count);
    const auto known = std::clamp<std::int64_t>(after - (record->chunk_count - kept), 0, kept);
    record->chunks.erase(record->chunks.begin(), record->chunks.begin() + known);
  }
  Answer<std::optional<JobRecord>>(QueueCall::kFind, std::move(done), std::move(record));
}

bool MemoryJobQueue::IsKeyBusyLocked(const Job& job) const {
  return !job.concurrency_key.empty() &&
         std::any_of(jobs_.begin(), jobs_.end(), [&job](const auto& entry) {
           const Job& other = entry.second.record.job;
           return other.status == JobStatus::kInProgress && other.endpoint_id == job.endpoint_id &&
                  other.concurrency_key == job.concurrency_key;
         });
}

SettleResult MemoryJobQueue::SettleLocked(const Settlement& settlement) {
  const auto found = jobs_.find(settlement.lease.job_id);
  if (found == jobs_.end()) return SettleResult::kNotHeld;
  Job& job = found->second.record.job;
  const std::string& worker_id = settlement.worker_id;
  if (!worker_id.empty() && job.worker_id != worker_id) return SettleResult::kNotHeld;
  const Job before = job;
  const absl::StatusOr<Job> ended =
      End(job, settlement.lease.epoch, settlement.outcome, settlement.draw, clock_.Now());
  if (!ended.ok()) {
    const bool repeated = IsFinal(job.status) && job.attempt == settlement.lease.epoch;
    return repeated ? SettleResult::kRepeated : SettleResult::kNotHeld;
  }
  job = *ended;
  LogLocked(before, job, clock_.Now());
  events_[ShardOfJob(job.id)].back().attempt_end->tokens = settlement.outcome.tokens;
  ReserveLocked(before, settlement.outcome.cause);
  return IsFinal(job.status) ? SettleResult::kFinal : SettleResult::kQueuedAgain;
}

void MemoryJobQueue::LogLocked(const Job& before, const Job& after, absl::Time now) {
  if (before.version == after.version) return;
  if (after.status == JobStatus::kInQueue) runnable_since_[after.id] = now;
  const auto entry = jobs_.find(after.id);
  if (entry != jobs_.end() && IsFinal(after.status)) entry->second.record.s3_config.clear();
  JobEvent event{.event_id = std::to_string(next_event_++),
                 .job_id = after.id,
                 .version = after.version,
                 .attempt_end = std::nullopt};
  if (before.status == JobStatus::kInProgress) {
    event.attempt_end = {.lease = {.job_id = before.id, .epoch = before.attempt},
                         .project_id = before.project_id,
                         .endpoint_id = before.endpoint_id,
                         .worker = {.worker_id = before.worker_id,
                                    .gpu_type = before.gpu_type,
                                    .gpu_count = before.gpu_count,
                                    .cold_start = before.cold_start},
                         .start = *after.started_at,
                         .end = now,
                         .cause = after.cause,
                         .error = after.cause == FailureCause::kNone ? "" : after.error,
                         .covered = EndCoveredLocked(before, now),
                         .reported = before.reported,
                         .attribution = before.attribution};
  }
  if (event.attempt_end) budgets_.Settle(event, ShardOfJob(after.id));
  events_[ShardOfJob(after.id)].push_back(std::move(event));
}

bool MemoryJobQueue::HoldsLocked(const LeaseId& lease) const {
  const auto found = jobs_.find(lease.job_id);
  if (found == jobs_.end()) return false;
  const Job& job = found->second.record.job;
  return job.status == JobStatus::kInProgress && job.attempt == lease.epoch;
}

std::optional<Job> MemoryJobQueue::Live(const std::string& job_id) const {
  MutexLock lock(mutex_);
  const auto found = jobs_.find(job_id);
  if (found == jobs_.end()) return std::nullopt;
  return found->second.record.job;
}

FindOptions MemoryJobQueue::last_find() const {
  MutexLock lock(mutex_);
  return last_find_;
}

ClaimRequest MemoryJobQueue::last_claim() const {
  MutexLock lock(mutex_);
  return last_claim_;
}

}  // namespace furnace::scheduler
