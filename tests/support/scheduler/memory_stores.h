#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/health_ports.h"
#include "services/scheduler/app/rebuild_ports.h"

namespace furnace::scheduler {

/// Job history in memory. Thread-safe.
class MemoryJobHistory final : public JobHistory, public JobCounter, public UnfinishedJobs {
 public:
  absl::Status Save(const std::vector<JobRecord>& jobs) override ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<JobRecord> Get(const std::string& job_id, const std::string& project_id) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::vector<Job>> List(const JobFilter& filter) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<JobTally> Count(const std::string& endpoint_id, int limit) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::vector<std::string>> List(const std::string& after_id, int limit) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::vector<JobRecord>> Read(const std::vector<std::string>& ids) override
      ABSL_LOCKS_EXCLUDED(mutex_);

  /// All methods fail so until this is OK again.
  void set_status(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_);
  /// What time it is for jobs whose time is over; until it is set, it is over for none.
  void set_now(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Time now() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<JobRecord> All() const ABSL_LOCKS_EXCLUDED(mutex_);
  void Erase(const std::string& job_id) ABSL_LOCKS_EXCLUDED(mutex_);
  std::size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);
  /// How many records each call of Save had.
  std::vector<std::size_t> saves() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable Mutex mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, JobRecord> jobs_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::size_t> saves_ ABSL_GUARDED_BY(mutex_);
  absl::Time now_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

/// Payloads in memory. Thread-safe.
class MemoryPayloadStore final : public PayloadStore {
 public:
  absl::Status SaveInputs(const std::vector<Input>& inputs) override ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status DeleteInputs(const std::vector<std::string>& job_ids) override;
  absl::Status SaveOutput(const LeaseId& lease, std::string body) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::string> LoadInput(const std::string& job_id) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::string> LoadOutput(const LeaseId& lease,
                                         std::size_t max_bytes = kAnyBytes) override
      ABSL_LOCKS_EXCLUDED(mutex_);

  /// All methods fail so until this is OK again.
  void set_status(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_);
  /// Drops all payloads of a job.
  void Erase(const std::string& job_id) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Status Save(const LeaseId& key, const std::string& body) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::string> Load(const LeaseId& key) ABSL_LOCKS_EXCLUDED(mutex_);

  Mutex mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::map<LeaseId, std::string> bodies_ ABSL_GUARDED_BY(mutex_);  // Inputs under epoch 0.
};

}  // namespace furnace::scheduler
