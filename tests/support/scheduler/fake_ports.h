// Fakes of the smaller ports.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/clock.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/batch_ports.h"
#include "services/scheduler/app/forecast_ports.h"
#include "services/scheduler/app/job_webhooks.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// The registry, as a list of endpoints that grows at its end. For one thread.
class FakeEndpointSource final : public EndpointSource {
 public:
  /// Adds or changes an endpoint.
  void Put(Endpoint endpoint) { changes_.push_back(std::move(endpoint)); }
  /// All methods fail so until this is OK again.
  void set_status(absl::Status status) { failure_ = std::move(status); }
  /// Changes that one answer may have.
  void set_page(std::size_t page) { page_ = page; }
  int finds() const { return finds_; }

  absl::StatusOr<Endpoint> Find(const std::string& endpoint_id) override;
  absl::StatusOr<EndpointChanges> ChangesSince(std::int64_t cursor) override;

 private:
  std::vector<Endpoint> changes_;
  absl::Status failure_;
  std::size_t page_ = 1000;
  int finds_ = 0;
};

/// Metering, which knows each lease once. For one thread.
class RecordingUsageSink final : public UsageSink {
 public:
  absl::Status Record(const std::vector<AttemptEnd>& attempts) override;
  absl::Status RecordParts(const std::vector<AttemptPart>& parts) override;
  absl::Status RecordSlices(const std::vector<WorkerSlice>& slices) override;

  /// The next calls fail so, one after another.
  void FailNext(std::vector<absl::Status> failures);
  /// Records of this job or lifetime are refused as invalid.
  void Refuse(const std::string& job_id) { refused_.insert(job_id); }
  const std::map<LeaseId, AttemptEnd>& recorded() const { return recorded_; }
  /// By lifetime and number.
  const std::map<std::pair<std::string, int>, WorkerSlice>& slices() const { return slices_; }
  /// By attempt and number.
  const std::map<std::pair<LeaseId, int>, AttemptPart>& parts() const { return parts_; }
  /// How many records each successful call had.
  const std::vector<std::size_t>& batches() const { return batches_; }

 private:
  std::vector<absl::Status> failures_;
  std::set<std::string> refused_;
  std::map<LeaseId, AttemptEnd> recorded_;
  std::map<std::pair<std::string, int>, WorkerSlice> slices_;
  std::map<std::pair<LeaseId, int>, AttemptPart> parts_;
  std::vector<std::size_t> batches_;
};

/// Who is told of jobs of batches. For one thread.
class RecordingBatchListener final : public BatchListener {
 public:
  absl::Status OnJobsEnded(const std::vector<std::string>& batch_ids) override;

  /// Calls fail so until this is OK again.
  void set_status(absl::Status status) { failure_ = std::move(status); }
  const std::vector<std::string>& told() const { return told_; }

 private:
  absl::Status failure_;
  std::vector<std::string> told_;
};

/// Who is told of jobs that have ended. For one thread.
class RecordingJobEndListener final : public JobEndListener {
 public:
  absl::Status OnJobsEnded(const std::vector<const JobRecord*>& jobs) override;

  /// Calls fail so until this is OK again.
  void set_status(absl::Status status) { failure_ = std::move(status); }
  /// Calls with this job fail so.
  void Refuse(const std::string& job_id) { refused_ = job_id; }
  const std::vector<std::string>& told() const { return told_; }

 private:
  absl::Status failure_;
  std::string refused_;
  std::vector<std::string> told_;
};

/// A driver whose workers live until a test ends them. For one thread.
class FakeDriver final : public Driver {
 public:
  explicit FakeDriver(const Clock& clock) : clock_(clock) {}

  absl::StatusOr<std::string> Start(const Endpoint& endpoint) override;
  void Kill(const std::string& worker_id) override { killed_.push_back(worker_id); }
  std::vector<DriverWorker> List() override;
  std::vector<GpuPool> Gpus() override;

  /// What it has; by default more rtx4000 than anybody wants.
  void set_gpus(std::vector<GpuPool> gpus) { gpus_ = std::move(gpus); }
  /// Starts fail so until this is OK again.
  void set_start_status(absl::Status status) { start_status_ = std::move(status); }
  /// A worker left by an earlier scheduler.
  void Adopt(DriverWorker worker) { workers_[worker.id] = std::move(worker); }
  /// The worker's process ends.
  void End(const std::string& worker_id) { workers_.erase(worker_id); }
  int starts() const { return starts_; }
  const std::vector<std::string>& killed() const { return killed_; }

 private:
  const Clock& clock_;
  absl::Status start_status_;
  int starts_ = 0;
  std::vector<GpuPool> gpus_ = {{.gpu_type = "rtx4000", .total = 1000}};
  std::map<std::string, DriverWorker> workers_;
  std::vector<std::string> killed_;
};

/// Prices as a test sets them.
class FakePriceSource final : public PriceSource {
 public:
  absl::StatusOr<PriceList> Prices() override { return prices; }

  absl::StatusOr<PriceList> prices = PriceList();
};

/// How forecasts turned out.
class RecordingForecastMeter final : public ForecastMeter {
 public:
  void Started(absl::Duration error, bool late) override { verdicts.emplace_back(error, late); }

  std::vector<std::pair<absl::Duration, bool>> verdicts;
};

/// What a worker was sent. Thread-safe.
class RecordingWorkerLink final : public WorkerLink {
 public:
  bool Assign(std::vector<Assignment> jobs) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Settled(const std::vector<LeaseId>& leases) override ABSL_LOCKS_EXCLUDED(mutex_);
  void LeaseLost(const std::vector<LeaseId>& leases) override ABSL_LOCKS_EXCLUDED(mutex_);
  void ProgressStored(const LeaseId& lease, std::int64_t sequence) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  void CancelJob(const LeaseId& lease) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Drain() override ABSL_LOCKS_EXCLUDED(mutex_);
  void Close() override ABSL_LOCKS_EXCLUDED(mutex_);

  struct Received {
    std::vector<Assignment> jobs;
    std::vector<LeaseId> settled;
    std::vector<LeaseId> lost;
    std::vector<LeaseId> cancelled;
    std::vector<std::int64_t> stored;  // Numbers of progress reports.
    int drains = 0;
    int closes = 0;
  };
  Received received() const ABSL_LOCKS_EXCLUDED(mutex_);
  /// From now on assignments do not reach the worker.
  void Break() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable Mutex mutex_;
  Received received_ ABSL_GUARDED_BY(mutex_);
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace furnace::scheduler
