#include "tests/support/scheduler/fake_ports.h"

#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::scheduler {

absl::StatusOr<Endpoint> FakeEndpointSource::Find(const std::string& endpoint_id) {
  ++finds_;
  FURNACE_RETURN_IF_ERROR(failure_);
  const auto found = std::find_if(changes_.rbegin(), changes_.rend(),
                                  [&](const Endpoint& change) { return change.id == endpoint_id; });
  if (found == changes_.rend()) return absl::NotFoundError("no such endpoint");
  return *found;
}

absl::StatusOr<EndpointChanges> FakeEndpointSource::ChangesSince(std::int64_t cursor) {
  FURNACE_RETURN_IF_ERROR(failure_);
  const auto begin = static_cast<std::size_t>(cursor);
  const std::size_t end = std::min(changes_.size(), begin + page_);
  EndpointChanges changes;
  for (std::size_t i = begin; i < end; ++i) changes.endpoints.push_back(changes_[i]);
  changes.cursor = static_cast<std::int64_t>(end);
  return changes;
}

absl::Status RecordingUsageSink::Record(const std::vector<AttemptEnd>& attempts) {
  if (!failures_.empty()) {
    absl::Status failure = failures_.front();
    failures_.erase(failures_.begin());
    return failure;
  }
  for (const AttemptEnd& attempt : attempts) {
    if (refused_.contains(attempt.lease.job_id)) {
      return absl::InvalidArgumentError("a record makes no sense");
    }
  }
  batches_.push_back(attempts.size());
  for (const AttemptEnd& attempt : attempts) recorded_.emplace(attempt.lease, attempt);
  return absl::OkStatus();
}

absl::Status RecordingUsageSink::RecordParts(const std::vector<AttemptPart>& parts) {
  if (parts.empty()) return absl::OkStatus();
  if (!failures_.empty()) {
    absl::Status failure = failures_.front();
    failures_.erase(failures_.begin());
    return failure;
  }
  for (const AttemptPart& each : parts) {
    if (refused_.contains(each.lease.job_id)) {
      return absl::InvalidArgumentError("a record makes no sense");
    }
  }
  for (const AttemptPart& each : parts) {
    parts_.emplace(std::pair(each.lease, each.part.number), each);
  }
  return absl::OkStatus();
}

absl::Status RecordingUsageSink::RecordSlices(const std::vector<WorkerSlice>& slices) {
  if (!failures_.empty()) {
    absl::Status failure = failures_.front();
    failures_.erase(failures_.begin());
    return failure;
  }
  for (const WorkerSlice& slice : slices) {
    if (refused_.contains(slice.life_id)) {
      return absl::InvalidArgumentError("a record makes no sense");
    }
  }
  for (const WorkerSlice& slice : slices) {
    slices_.emplace(std::pair(slice.life_id, slice.slice.number), slice);
  }
  return absl::OkStatus();
}

void RecordingUsageSink::FailNext(std::vector<absl::Status> failures) {
  failures_ = std::move(failures);
}

absl::StatusOr<std::string> FakeDriver::Start(const Endpoint& endpoint) {
  ++starts_;
  FURNACE_RETURN_IF_ERROR(start_status_);
  DriverWorker worker{.id = fmt::format("w-{}", starts_),
                      .endpoint_id = endpoint.id,
                      .endpoint_revision = endpoint.revision,
                      .gpu_type = "rtx4000",
                      .gpu_count = endpoint.gpu_count,
                      .started_at = clock_.Now()};
  std::string id = worker.id;
  workers_[id] = std::move(worker);
  return id;
}

std::vector<GpuPool> FakeDriver::Gpus() {
  std::vector<GpuPool> gpus = gpus_;
  for (GpuPool& pool : gpus) {
    pool.available = pool.total;
    for (const auto& [id, worker] : workers_) {
      if (worker.gpu_type == pool.gpu_type) pool.available -= worker.gpu_count;
    }
  }
  return gpus;
}

std::vector<DriverWorker> FakeDriver::List() {
  std::vector<DriverWorker> workers;
  for (const auto& [id, worker] : workers_) workers.push_back(worker);
  return workers;
}

bool RecordingWorkerLink::Assign(std::vector<Assignment> jobs) {
  MutexLock lock(mutex_);
  if (broken_) return false;
  for (Assignment& job : jobs) received_.jobs.push_back(std::move(job));
  return true;
}

void RecordingWorkerLink::Settled(const std::vector<LeaseId>& leases) {
  MutexLock lock(mutex_);
  received_.settled.insert(received_.settled.end(), leases.begin(), leases.end());
}

void RecordingWorkerLink::LeaseLost(const std::vector<LeaseId>& leases) {
  MutexLock lock(mutex_);
  received_.lost.insert(received_.lost.end(), leases.begin(), leases.end());
}

void RecordingWorkerLink::ProgressStored(const LeaseId&, std::int64_t sequence) {
  MutexLock lock(mutex_);
  received_.stored.push_back(sequence);
}

void RecordingWorkerLink::CancelJob(const LeaseId& lease) {
  MutexLock lock(mutex_);
  received_.cancelled.push_back(lease);
}

void RecordingWorkerLink::Drain() {
  MutexLock lock(mutex_);
  ++received_.drains;
}

void RecordingWorkerLink::Close() {
  MutexLock lock(mutex_);
  ++received_.closes;
}

RecordingWorkerLink::Received RecordingWorkerLink::received() const {
  MutexLock lock(mutex_);
  return received_;
}

void RecordingWorkerLink::Break() {
  MutexLock lock(mutex_);
  broken_ = true;
}

absl::Status RecordingBatchListener::OnJobsEnded(const std::vector<std::string>& batch_ids) {
  if (!failure_.ok()) return failure_;
  told_.insert(told_.end(), batch_ids.begin(), batch_ids.end());
  return absl::OkStatus();
}

absl::Status RecordingJobEndListener::OnJobsEnded(const std::vector<const JobRecord*>& jobs) {
  if (!failure_.ok()) return failure_;
  for (const JobRecord* record : jobs) {
    if (record->job.id == refused_) return absl::InvalidArgumentError("refused");
  }
  for (const JobRecord* record : jobs) told_.push_back(record->job.id);
  return absl::OkStatus();
}

}  // namespace furnace::scheduler
