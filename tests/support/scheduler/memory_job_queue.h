#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/clock.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/ports.h"
#include "tests/support/scheduler/answers.h"
#include "tests/support/scheduler/memory_budgets.h"

namespace furnace::scheduler {

/// The queue in memory, moving jobs by domain/job.h. Its shards' background side is
/// MemoryShardLog. Thread-safe.
class MemoryJobQueue final : public JobQueue, public Answers {
 public:
  /// `slice`: see Report.
  MemoryJobQueue(const Clock& clock, int shards, absl::Duration slice = kLifetimeSlice)
      : clock_(clock), shards_(shards), slice_(slice) {}

  void Submit(Submission submission, Done<SubmitResult> done) override;
  void Claim(ClaimRequest request, Done<Claimed> done) override;
  void Renew(int shard, std::vector<Renewal> renewals, absl::Duration lease,
             Done<std::vector<LeaseId>> done) override;
  void Settle(Settlement settlement, Done<SettleResult> done) override;
  void Report(ProgressReport report, Done<ReportResult> done) override;
  void Locate(const std::string& job_id, Done<std::optional<QueuePlace>> done) override;
  void Redrive(RedriveRequest request, Done<std::vector<bool>> done) override;
  void Purge(const std::string& endpoint_id, int limit, Done<int> done) override;
  void Cancel(const std::string& job_id, const std::string& project_id,
              Done<std::optional<CancelledJob>> done) override;
  void Find(const std::string& job_id, FindOptions options,
            Done<std::optional<JobRecord>> done) override;

  // For tests.

  /// The job as it is, whoever's; nullopt when it is not live.
  std::optional<Job> Live(const std::string& job_id) const ABSL_LOCKS_EXCLUDED(mutex_);
  /// What the latest Find asked for.
  FindOptions last_find() const ABSL_LOCKS_EXCLUDED(mutex_);
  /// The latest Claim.
  ClaimRequest last_claim() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  friend class MemoryShardLog;
  friend class MemoryLostJobs;
  friend class MemoryQueueLoads;
  friend class MemoryJobLinks;
  friend class MemoryBudgetAccounts;
  friend class MemoryWorkerLives;

  struct Entry {
    JobRecord record;
    std::int64_t score = 0;
    absl::Time deadline = absl::InfiniteFuture();  // Of its lease.
    std::set<std::string> dependents;              // Jobs that wait for its end.
    std::string graph_id;
    bool linked = false;                       // All its parents know of it.
    std::pair<int, std::int64_t> last_report;  // Attempt and number.
    bool covered = false;                      // By its worker's lifetime.
  };

  /// The lifetime of an always-on worker.
  struct Life {
    std::string id;
    std::string project_id;
    WorkerOnGpu worker;
    Lifetime life;
    std::set<std::string> covers;  // Jobs that run in it.
  };
  using LifeKey = std::pair<std::string, std::string>;  // Endpoint and worker.

  /// What an idempotency key stands for.
  struct Known {
    std::string job_id;
    std::string fingerprint;
    absl::Time until = absl::InfinitePast();
  };

  /// The next job of a batch that keeps to a worker.
  struct Reserved {
    std::string job_id;
    absl::Time until;
  };

  absl::StatusOr<SubmitResult> SubmitLocked(Submission submission)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasTooManyClassesLocked(const Submission& submission) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<std::string> UnknownWindowsLocked(const ClaimRequest& request) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ExpireLocked(const std::string& endpoint_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int RunningLocked(const std::string& endpoint_id) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  QueuePlace PlaceLocked(const Entry& entry) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsKeyBusyLocked(const Job& job) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static bool IsBefore(const Entry& a, const Entry& b);
  /// Whether the worker may take the job, at once or after a wait.
  static bool MayServe(const Job& job, const ClaimRequest& request, const WorkerRoom& room);
  /// Whether the job, though IN_QUEUE, waits for another one of its key or batch.
  bool IsHeldLocked(const Entry& entry) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// The runnable job of a batch that goes next; nullptr: none.
  const Entry* HeadLocked(const std::string& batch_id) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// Keeps the next job of a batch for the worker whose attempt has ended.
  void ReserveLocked(const Job& ended, FailureCause cause) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Entry* TakeReservedLocked(const std::string& worker_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsReservedLocked(const std::string& job_id) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// The job that goes next to a worker; notes in `again` those it may not take yet.
  Entry* BestLocked(const ClaimRequest& request, const WorkerRoom& room,
                    const std::vector<BudgetRate>& rates, bool& again)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// Whether budgets of the job's API key have enough left for a lease.
  bool CanPayLocked(const Job& job, const WorkerOnGpu& worker, const std::vector<BudgetRate>& rates,
                    absl::Duration lease) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ClaimedJob StartLocked(Entry& entry, const WorkerOnGpu& worker, absl::Duration lease)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MissesReportsLocked(const ProgressReport& report) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// False: it is known.
  bool ReportLocked(ProgressReport report) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// Whether the lease, which is held, goes on.
  bool RenewLocked(const Renewal& renewal, absl::Duration lease)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReportPartsLocked(Entry& entry, std::optional<absl::Duration> waited)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  SettleResult SettleLocked(const Settlement& settlement) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// Appends the event of the job's transition from `before`, if it made one.
  void LogLocked(const Job& before, const Job& after, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CoverLocked(Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// Whether the lifetime covered the job's attempt, which has ended at `end`.
  bool EndCoveredLocked(const Job& job, absl::Time end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// Reports what has passed of a lifetime; whether it goes on.
  bool ReportLifeLocked(const LifeKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SweepLivesLocked(int shard) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HoldsLocked(const LeaseId& lease) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  const int shards_;
  const absl::Duration slice_;
  mutable Mutex mutex_;
  std::map<std::string, Entry> jobs_ ABSL_GUARDED_BY(mutex_);
  // By endpoint and key.
  std::map<std::pair<std::string, std::string>, Known> known_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::int64_t> past_ ABSL_GUARDED_BY(mutex_);  // Version, by job that left.
  std::map<std::string, absl::Time> runnable_since_ ABSL_GUARDED_BY(mutex_);  // By job.
  std::map<std::string, Hindrance> hindrances_ ABSL_GUARDED_BY(mutex_);       // By endpoint,
  std::map<std::string, Capacity> capacities_ ABSL_GUARDED_BY(mutex_);        // as the next two.
  std::map<std::string, RunHistory> runs_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Reserved> reserved_ ABSL_GUARDED_BY(mutex_);  // By worker.
  std::map<LifeKey, Life> lives_ ABSL_GUARDED_BY(mutex_);
  std::map<int, std::vector<JobEvent>> events_ ABSL_GUARDED_BY(mutex_);
  MemoryBudgets budgets_ ABSL_GUARDED_BY(mutex_);
  int next_event_ ABSL_GUARDED_BY(mutex_) = 1;
  FindOptions last_find_ ABSL_GUARDED_BY(mutex_);
  ClaimRequest last_claim_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::scheduler
