#include "tests/support/scheduler/memory_stores.h"

#include <utility>

#include "libs/common/base/status.h"

namespace furnace::scheduler {

namespace {

bool IsUnfinished(const Job& job) { return !IsFinal(job.status); }

bool IsPast(const JobRecord& record, absl::Time now) {
  return record.kept_until && *record.kept_until <= now;
}

}  // namespace

absl::Status MemoryJobHistory::Save(const std::vector<JobRecord>& jobs) {
  MutexLock lock(mutex_);
  FURNACE_RETURN_IF_ERROR(failure_);
  saves_.push_back(jobs.size());
  for (const JobRecord& record : jobs) {
    JobRecord& stored = jobs_[record.job.id];
    if (stored.job.version == record.job.version && !stored.kept_until) {
      stored.kept_until = record.kept_until;
    }
    if (stored.job.version >= record.job.version) continue;
    const std::optional<std::string> input = stored.job.input;
    stored = record;
    if (!stored.job.input) stored.job.input = input;
  }
  return absl::OkStatus();
}

absl::StatusOr<JobRecord> MemoryJobHistory::Get(const std::string& job_id,
                                                const std::string& project_id) {
  MutexLock lock(mutex_);
  FURNACE_RETURN_IF_ERROR(failure_);
  const auto found = jobs_.find(job_id);
  if (found == jobs_.end() || found->second.job.project_id != project_id) {
    return Error(absl::StatusCode::kNotFound, "no job {}", job_id);
  }
  JobRecord record = found->second;
  record.is_past = IsPast(record, now_);
  return record;
}

absl::StatusOr<std::vector<Job>> MemoryJobHistory::List(const JobFilter& filter) {
  MutexLock lock(mutex_);
  FURNACE_RETURN_IF_ERROR(failure_);
  std::vector<Job> jobs;
  for (auto next = jobs_.rbegin(); next != jobs_.rend(); ++next) {
    Job job = next->second.job;
    const bool wanted = !IsPast(next->second, now_) && job.project_id == filter.project_id &&
                        (filter.endpoint_id.empty() || job.endpoint_id == filter.endpoint_id) &&
                        (!filter.status || job.status == *filter.status) &&
                        (filter.before_id.empty() || job.id < filter.before_id) &&
                        (filter.batch_id.empty() || job.batch_id == filter.batch_id);
    if (!wanted || static_cast<int>(jobs.size()) == filter.limit) continue;
    job.input.reset();
    job.output.reset();
    jobs.push_back(std::move(job));
  }
  return jobs;
}

absl::StatusOr<JobTally> MemoryJobHistory::Count(const std::string& endpoint_id, int limit) {
  MutexLock lock(mutex_);
  FURNACE_RETURN_IF_ERROR(failure_);
  JobTally tally;
  for (auto next = jobs_.rbegin(); next != jobs_.rend() && limit > 0; ++next) {
    const Job& job = next->second.job;
    if (job.endpoint_id != endpoint_id) continue;
    --limit;
    tally.completed += job.status == JobStatus::kCompleted ? 1 : 0;
    tally.failed += job.status == JobStatus::kFailed || job.status == JobStatus::kTimedOut ? 1 : 0;
    tally.retried += job.retry_count > 0 ? 1 : 0;
  }
  return tally;
}

absl::StatusOr<std::vector<std::string>> MemoryJobHistory::List(const std::string& after_id,
                                                                int limit) {
  MutexLock lock(mutex_);
  FURNACE_RETURN_IF_ERROR(failure_);
  std::vector<std::string> ids;
  for (const auto& [id, record] : jobs_) {
    const bool has_room = static_cast<int>(ids.size()) < limit;
    if (has_room && id > after_id && IsUnfinished(record.job)) ids.push_back(id);
  }
  return ids;
}

absl::StatusOr<std::vector<JobRecord>> MemoryJobHistory::Read(const std::vector<std::string>& ids) {
  MutexLock lock(mutex_);
  FURNACE_RETURN_IF_ERROR(failure_);
  std::vector<JobRecord> records;
  for (const std::string& id : ids) {
    const auto found = jobs_.find(id);
    if (found != jobs_.end() && IsUnfinished(found->second.job)) records.push_back(found->second);
  }
  return records;
}

void MemoryJobHistory::set_now(absl::Time now) {
  MutexLock lock(mutex_);
  now_ = now;
}

absl::Time MemoryJobHistory::now() const {
  MutexLock lock(mutex_);
  return now_;
}

std::vector<JobRecord> MemoryJobHistory::All() const {
  MutexLock lock(mutex_);
  std::vector<JobRecord> records;
  for (const auto& [id, record] : jobs_) records.push_back(record);
  return records;
}

void MemoryJobHistory::Erase(const std::string& job_id) {
  MutexLock lock(mutex_);
  jobs_.erase(job_id);
}

void MemoryJobHistory::set_status(absl::Status status) {
  MutexLock lock(mutex_);
  failure_ = std::move(status);
}

std::size_t MemoryJobHistory::size() const {
  MutexLock lock(mutex_);
  return jobs_.size();
}

std::vector<std::size_t> MemoryJobHistory::saves() const {
  MutexLock lock(mutex_);
  return saves_;
}

absl::Status MemoryPayloadStore::SaveInputs(const std::vector<Input>& inputs) {
  for (const Input& input : inputs) {
    FURNACE_RETURN_IF_ERROR(Save({.job_id = input.job_id, .epoch = 0}, input.body));
  }
  return absl::OkStatus();
}

absl::Status MemoryPayloadStore::DeleteInputs(const std::vector<std::string>& job_ids) {
  MutexLock lock(mutex_);
  FURNACE_RETURN_IF_ERROR(failure_);
  for (const std::string& id : job_ids) bodies_.erase({.job_id = id, .epoch = 0});
  return absl::OkStatus();
}

absl::Status MemoryPayloadStore::SaveOutput(const LeaseId& lease, std::string body) {
  return Save(lease, body);
}

absl::StatusOr<std::string> MemoryPayloadStore::LoadInput(const std::string& job_id) {
  return Load({.job_id = job_id, .epoch = 0});
}

absl::StatusOr<std::string> MemoryPayloadStore::LoadOutput(const LeaseId& lease,
                                                           std::size_t max_bytes) {
  absl::StatusOr<std::string> body = Load(lease);
  if (body.ok() && body->size() > max_bytes) return absl::OutOfRangeError("too large");
  return body;
}

void MemoryPayloadStore::set_status(absl::Status status) {
  MutexLock lock(mutex_);
  failure_ = std::move(status);
}

void MemoryPayloadStore::Erase(const std::string& job_id) {
  MutexLock lock(mutex_);
  std::erase_if(bodies_, [&](const auto& body) { return body.first.job_id == job_id; });
}

absl::Status MemoryPayloadStore::Save(const LeaseId& key, const std::string& body) {
  MutexLock lock(mutex_);
  FURNACE_RETURN_IF_ERROR(failure_);
  bodies_.emplace(key, body);
  return absl::OkStatus();
}

absl::StatusOr<std::string> MemoryPayloadStore::Load(const LeaseId& key) {
  MutexLock lock(mutex_);
  FURNACE_RETURN_IF_ERROR(failure_);
  const auto found = bodies_.find(key);
  if (found == bodies_.end()) return absl::NotFoundError("no payload");
  return found->second;
}

}  // namespace furnace::scheduler
