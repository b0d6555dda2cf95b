#include "tests/support/scheduler/memory_batch_store.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

int& CountOf(JobStatus status, BatchCounts& counts) {
  switch (status) {
    case JobStatus::kInProgress: return counts.in_progress;
    case JobStatus::kCompleted: return counts.completed;
    case JobStatus::kFailed: return counts.failed;
    case JobStatus::kTimedOut: return counts.timed_out;
    case JobStatus::kCancelled: return counts.cancelled;
    default: return counts.waiting;
  }
}

}  // namespace

absl::Status MemoryBatchStore::Add(const Batch& batch, const std::vector<std::string>& job_ids) {
  MutexLock lock(mutex_);
  FURNACE_RETURN_IF_ERROR(failure_);
  batches_[batch.id] = {.batch = batch, .job_ids = job_ids};
  return absl::OkStatus();
}

absl::Status MemoryBatchStore::Remove(const std::string& batch_id) {
  MutexLock lock(mutex_);
  FURNACE_RETURN_IF_ERROR(failure_);
  batches_.erase(batch_id);
  return absl::OkStatus();
}

std::map<std::string, std::vector<std::string>> MemoryBatchStore::All() const {
  MutexLock lock(mutex_);
  std::map<std::string, std::vector<std::string>> all;
  for (const auto& [id, entry] : batches_) all[id] = entry.job_ids;
  return all;
}

absl::StatusOr<MemoryBatchStore::Entry> MemoryBatchStore::Find(const std::string& batch_id,
                                                               const std::string& project_id) {
  MutexLock lock(mutex_);
  FURNACE_RETURN_IF_ERROR(failure_);
  const auto found = batches_.find(batch_id);
  if (found == batches_.end() || found->second.batch.project_id != project_id) {
    return Error(absl::StatusCode::kNotFound, "no batch {}", batch_id);
  }
  return found->second;
}

absl::StatusOr<Batch> MemoryBatchStore::Counted(const Entry& entry) {
  Batch batch = entry.batch;
  batch.counts = {};
  for (const std::string& id : entry.job_ids) {
    const absl::StatusOr<JobRecord> record = history_.Get(id, batch.project_id);
    if (!record.ok()) {
      ++batch.counts.waiting;
      continue;
    }
    const Job& job = record->job;
    ++CountOf(job.status, batch.counts);
    const auto started = job.first_started_at;
    if (started) batch.started_at = std::min(batch.started_at.value_or(*started), *started);
    const auto ended = job.completed_at;
    if (ended) batch.ended_at = std::max(batch.ended_at.value_or(*ended), *ended);
    batch.gpu_time_us += job.gpu_time_us;
    batch.version += job.version;
  }
  return batch;
}

absl::StatusOr<Batch> MemoryBatchStore::Get(const std::string& batch_id,
                                            const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const Entry entry, Find(batch_id, project_id));
  return Counted(entry);
}

absl::StatusOr<std::vector<Batch>> MemoryBatchStore::List(const BatchFilter& filter) {
  std::map<std::string, Entry> all;
  {
    MutexLock lock(mutex_);
    FURNACE_RETURN_IF_ERROR(failure_);
    all = batches_;
  }
  std::vector<Batch> batches;
  for (auto next = all.rbegin(); next != all.rend(); ++next) {
    const Batch& batch = next->second.batch;
    const bool wanted = batch.project_id == filter.project_id &&
                        (filter.endpoint_id.empty() || batch.endpoint_id == filter.endpoint_id) &&
                        (filter.before_id.empty() || batch.id < filter.before_id);
    if (!wanted || static_cast<int>(batches.size()) == filter.limit) continue;
    FURNACE_ASSIGN_OR_RETURN(Batch counted, Counted(next->second));
    batches.push_back(std::move(counted));
  }
  return batches;
}

absl::StatusOr<std::vector<std::string>> MemoryBatchStore::JobIds(const std::string& batch_id,
                                                                  const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(Entry entry, Find(batch_id, project_id));
  return std::move(entry.job_ids);
}

absl::StatusOr<std::vector<FailedJob>> MemoryBatchStore::AllFailures(
    const std::string& batch_id, const std::string& project_id) {
  const absl::StatusOr<Entry> entry = Find(batch_id, project_id);
  std::vector<FailedJob> failures;
  if (!entry.ok()) return failures;
  for (std::size_t i = 0; i < entry->job_ids.size(); ++i) {
    absl::StatusOr<JobRecord> record = history_.Get(entry->job_ids[i], project_id);
    if (!record.ok() || !IsFinal(record->job.status)) continue;
    if (record->job.status == JobStatus::kCompleted) continue;
    record->job.input.reset();
    record->job.output.reset();
    failures.push_back({.index = static_cast<int>(i), .job = std::move(record->job)});
  }
  return failures;
}

absl::StatusOr<std::vector<FailureGroup>> MemoryBatchStore::FailureGroups(
    const std::string& batch_id, const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<FailedJob> failures,
                           AllFailures(batch_id, project_id));
  std::map<std::pair<JobStatus, FailureCause>, int> counts;
  for (const FailedJob& failed : failures) ++counts[{failed.job.status, failed.job.cause}];
  std::vector<FailureGroup> groups;
  for (const auto& [kind, jobs] : counts) {
    groups.push_back({.status = kind.first, .cause = kind.second, .jobs = jobs});
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& a, const auto& b) { return a.jobs > b.jobs; });
  return groups;
}

absl::StatusOr<std::vector<FailedJob>> MemoryBatchStore::Failures(const FailureFilter& filter) {
  FURNACE_ASSIGN_OR_RETURN(std::vector<FailedJob> failures,
                           AllFailures(filter.batch_id, filter.project_id));
  std::erase_if(failures,
                [&](const FailedJob& failed) { return failed.index <= filter.after_index; });
  if (failures.size() > static_cast<std::size_t>(filter.limit)) {
    failures.resize(static_cast<std::size_t>(filter.limit));
  }
  return failures;
}

absl::StatusOr<std::vector<Batch>> MemoryBatchStore::DoneWithWebhook(
    const std::vector<std::string>& batch_ids) {
  std::vector<Entry> all;
  {
    MutexLock lock(mutex_);
    FURNACE_RETURN_IF_ERROR(failure_);
    for (const std::string& id : batch_ids) {
      if (batches_.contains(id)) all.push_back(batches_[id]);
    }
  }
  std::vector<Batch> done;
  for (const Entry& entry : all) {
    FURNACE_ASSIGN_OR_RETURN(Batch batch, Counted(entry));
    if (IsDone(batch.counts) && !batch.options.webhook_url.empty())
      done.push_back(std::move(batch));
  }
  return done;
}

absl::StatusOr<std::vector<EmptyBatch>> MemoryBatchStore::WithoutJobs(absl::Time time, int limit) {
  std::vector<Entry> all;
  {
    MutexLock lock(mutex_);
    FURNACE_RETURN_IF_ERROR(failure_);
    for (const auto& [id, entry] : batches_) all.push_back(entry);
  }
  std::vector<EmptyBatch> empty;
  for (const Entry& entry : all) {
    const Batch& batch = entry.batch;
    const auto known =
        history_.List({.project_id = batch.project_id, .batch_id = batch.id, .limit = 1});
    const bool recent = batch.created_at <= time && batch.created_at >= time - absl::Hours(24);
    if (!recent || !known.ok() || !known->empty()) continue;
    if (static_cast<int>(empty.size()) == limit) continue;
    empty.push_back(
        {.id = batch.id, .project_id = batch.project_id, .first_job_id = entry.job_ids.front()});
  }
  return empty;
}

void MemoryBatchStore::set_status(absl::Status status) {
  MutexLock lock(mutex_);
  failure_ = std::move(status);
}

}  // namespace furnace::scheduler
