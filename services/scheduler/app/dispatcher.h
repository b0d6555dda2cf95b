#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/common/base/clock.h"
#include "libs/common/base/mutex.h"
#include "libs/common/runtime/thread_pool.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/job_reader.h"
#include "services/scheduler/app/lifetimes.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/app/progress_reports.h"
#include "services/scheduler/app/start_rules.h"
#include "services/scheduler/domain/gpu_report.h"

namespace furnace::scheduler {

/// A worker as it introduces itself.
struct WorkerHello {
  WorkerOnGpu worker;  // cold_start: how long it took to start, if it just did.
  WorkerTraits traits;
  std::string endpoint_id;
  std::int64_t endpoint_revision = 0;
  std::vector<LeaseId> leases;  // Held over from an earlier session.
  int credits = 0;
  std::vector<GpuInfo> gpus;
  std::uint64_t session = 0;  // Rises with each session that this replica opens.
};

/// What a worker said of itself.
struct WorkerNote {
  std::string text;
  absl::Time at;
};

/// A connected worker, for lists and for the autoscaler.
struct ConnectedWorker {
  WorkerHello hello;
  int jobs = 0;
  int credits = 0;                     // Jobs it has room for besides.
  std::vector<absl::Time> job_starts;  // Of those of its jobs that it got in this session.
  bool draining = false;
  bool had_job = false;  // At some time.
  absl::Time connected_at;
  absl::Time idle_since;  // InfiniteFuture while it has jobs.
  GpuReadings gpu_readings;
};

/// Brings jobs to connected workers and their results back to the queue.
///
/// A worker's credits say how many jobs it can take. Whenever an endpoint has both
/// credits and jobs, one claim is on its way, for all its workers together; what
/// comes up meanwhile goes with the next. Thread-safe; nothing here blocks.
class Dispatcher {
 public:
  /// Jobs in one claim: bounds how long Redis is busy with it.
  static constexpr int kMaxClaim = 128;
  /// Bytes of large results that may wait to be stored. Beyond them a worker's session ends:
  /// it keeps its result and brings it again on the next one.
  static constexpr std::size_t kMaxStoringBytes = std::size_t{256} << 20;

  /// `blocking` runs what reads and writes the payload store and reads other jobs.
  Dispatcher(JobQueue& queue, const EndpointCatalog& catalog, PayloadStore& payloads,
             JobReader& reader, ProgressReports& reports, Lifetimes& lifetimes,
             runtime::ThreadPool& blocking, const Clock& clock, absl::Duration lease,
             const StartRules* rules = nullptr)
      : queue_(queue),
        catalog_(catalog),
        payloads_(payloads),
        reader_(reader),
        reports_(reports),
        lifetimes_(lifetimes),
        blocking_(blocking),
        clock_(clock),
        lease_(lease),
        rules_(rules) {}

  // What a worker says on its stream. `link` names the session: what comes from one
  // that another has replaced is ignored.

  /// Begins a session in place of the worker's present one, or closes it if that is a later one.
  /// `link` may be given jobs before this returns.
  void Join(WorkerHello hello, std::shared_ptr<WorkerLink> link) ABSL_LOCKS_EXCLUDED(mutex_);
  /// Below 0: takes credits back.
  void AddCredits(const std::string& worker_id, int count) ABSL_LOCKS_EXCLUDED(mutex_);
  void Heartbeat(const std::string& worker_id, std::vector<Renewal> renewals)
      ABSL_LOCKS_EXCLUDED(mutex_);
  /// What its GPUs said last.
  void SetGpuReadings(const std::string& worker_id, std::vector<GpuReading> gpus)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Result(const std::string& worker_id, Settlement settlement, int credits)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Progress(const std::string& worker_id, ProgressReport report);
  /// Calls `then` once there is room for more progress; see ProgressReports.
  void AwaitRoom(absl::AnyInvocable<void()> then) { reports_.AwaitRoom(std::move(then)); }
  /// Gives attempts back unrun. `unbegun`: no handler could begin any of them.
  void Release(const std::string& worker_id, const std::vector<LeaseId>& leases, bool unbegun)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void SetDraining(const std::string& worker_id) ABSL_LOCKS_EXCLUDED(mutex_);
  void Note(const std::string& worker_id, std::string text) ABSL_LOCKS_EXCLUDED(mutex_);
  void Leave(const std::string& worker_id, const WorkerLink* link) ABSL_LOCKS_EXCLUDED(mutex_);

  // What happens around them.

  /// The endpoint may have jobs for its workers.
  void Wake(const std::string& endpoint_id) ABSL_LOCKS_EXCLUDED(mutex_);
  /// Every endpoint may.
  void WakeAll() ABSL_LOCKS_EXCLUDED(mutex_);
  /// Every endpoint whose jobs wait to have waited long enough for its workers.
  void WakeImpatient() ABSL_LOCKS_EXCLUDED(mutex_);
  /// Somebody cancelled a job that the worker runs.
  void CancelOn(const std::string& worker_id, const LeaseId& lease) ABSL_LOCKS_EXCLUDED(mutex_);
  /// The worker's lease was taken back.
  void LeaseLapsed(const std::string& worker_id, const LeaseId& lease) ABSL_LOCKS_EXCLUDED(mutex_);
  /// Asks the worker to finish and exit.
  void Drain(const std::string& worker_id) ABSL_LOCKS_EXCLUDED(mutex_);
  /// The worker has ended for good: its attempts are lost at once, without waiting
  /// for their leases to lapse.
  void WorkerEnded(const std::string& worker_id, const std::string& endpoint_id)
      ABSL_LOCKS_EXCLUDED(mutex_);
  /// Lets the lifetimes of whoever is connected go on; call it every Lifetimes::kEvery.
  void KeepLifetimes() ABSL_LOCKS_EXCLUDED(mutex_);

  /// Ends all sessions, so that workers go to another replica. They keep their jobs.
  void CloseAll() ABSL_LOCKS_EXCLUDED(mutex_);

  /// The last that a worker said of itself, maybe in a session that is over.
  std::optional<WorkerNote> NoteOf(const std::string& worker_id) const ABSL_LOCKS_EXCLUDED(mutex_);

  std::vector<ConnectedWorker> Workers() const ABSL_LOCKS_EXCLUDED(mutex_);
  bool HasWorkers(const std::string& endpoint_id) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Session {
    WorkerHello hello;
    std::shared_ptr<WorkerLink> link;
    int credits = 0;
    bool draining = false;
    bool ended = false;  // It is gone for good, and its stream is about to end.
    bool had_job = false;
    std::string last_model;  // That a job named: it is warm now.
    std::set<LeaseId> leases;
    std::map<LeaseId, absl::Time> starts;  // Of the leases it got here.
    absl::Time connected_at;
    absl::Time idle_since;
    GpuReadings gpu_readings;
  };
  struct EndpointWorkers {
    std::set<std::string> worker_ids;
    bool claiming = false;
    bool wanted_again = false;
    bool impatient = false;         // See Claimed::again.
    std::set<std::string> windows;  // Of jobs that were met.
  };
  /// Leases of a worker that is away and may come back.
  struct Away {
    std::set<LeaseId> leases;
    absl::Time until;  // By then they have lapsed.
  };
  /// What a claim gave to one worker.
  struct Delivery {
    std::shared_ptr<WorkerLink> link;
    std::vector<ClaimedJob> jobs;
  };

  /// What attempts cost of the endpoint's budgets; nullopt: none may be started.
  std::optional<std::vector<BudgetRate>> BudgetsOf(const EndpointPtr& endpoint) const;
  static WorkerTraits TraitsOf(const Session& session);
  static WorkerPresence::State PresenceOf(const Session& session);
  std::vector<WorkerRoom> RoomsLocked(const EndpointWorkers& endpoint) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// The windows of an endpoint's jobs, as far as known, and whether they are open.
  std::map<std::string, bool> WindowsLocked(const EndpointWorkers& endpoint) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// Whether one of the windows was not known and is open.
  bool LearnLocked(const std::vector<std::string>& windows, EndpointWorkers& endpoint)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// Models that workers of an endpoint have warm, each once.
  std::vector<std::string> WarmLocked(const EndpointWorkers& endpoint) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnClaimed(const std::string& endpoint_id, absl::StatusOr<Claimed> claimed)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Deliver(Delivery delivery);
  void DeliverStored(Delivery delivery);
  absl::StatusOr<std::string> LoadInput(const ClaimedJob& job);
  void Assign(Delivery delivery);
  void TakeBack(const ClaimedJob& job, const WorkerLink* link, const absl::Status& why)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void GiveBack(const LeaseId& lease, Outcome outcome);
  void Settle(Settlement settlement, std::shared_ptr<WorkerLink> link);
  absl::StatusOr<bool> StoreOutput(Settlement& settlement);
  void StoreAndSettle(Settlement settlement, const std::shared_ptr<WorkerLink>& link);
  std::shared_ptr<WorkerLink> LinkOf(const std::string& worker_id) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  std::shared_ptr<WorkerLink> Forget(const std::string& worker_id, const LeaseId& lease)
      ABSL_LOCKS_EXCLUDED(mutex_);
  /// Fills in `session` with a worker that has come, maybe in place of itself. Returns the leases
  /// of before.
  std::set<LeaseId> SeatLocked(WorkerHello hello, bool replaces, Session& session)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropLeaseLocked(Session& session, const LeaseId& lease)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DetachLocked(const std::string& worker_id, const std::string& endpoint_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RememberLocked(const std::string& worker_id, std::set<LeaseId> leases)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  JobQueue& queue_;
  const EndpointCatalog& catalog_;
  PayloadStore& payloads_;
  JobReader& reader_;
  ProgressReports& reports_;
  Lifetimes& lifetimes_;
  runtime::ThreadPool& blocking_;
  const Clock& clock_;
  const absl::Duration lease_;
  const StartRules* const rules_;  // May be nullptr.

  std::atomic<std::size_t> storing_bytes_{0};

  mutable Mutex mutex_;
  std::map<std::string, Session> sessions_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, EndpointWorkers> endpoints_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Away> away_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, WorkerNote> notes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::scheduler
