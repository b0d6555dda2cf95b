#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/common/base/clock.h"
#include "services/worker/app/gpu_ports.h"
#include "services/worker/app/messages.h"
#include "services/worker/app/monitor.h"
#include "services/worker/app/ports.h"
#include "services/worker/app/unstored_progress.h"
#include "services/worker/domain/attempts.h"
#include "services/worker/domain/gpu_peaks.h"
#include "services/worker/domain/held_jobs.h"
#include "services/worker/domain/link.h"
#include "services/worker/domain/prefetch.h"
#include "services/worker/domain/sdk_policy.h"
#include "services/worker/domain/supervisor.h"

namespace furnace::worker {

/// Jobs that one handler may have at a time.
inline constexpr std::size_t kConcurrencyMax = 1000;
/// Progress that the scheduler has not stored may grow to this; then handlers wait.
inline constexpr std::size_t kProgressBytesMax = std::size_t{8} << 20;
/// For so long at most: SDKs drop what is refused a few times.
inline constexpr absl::Duration kReportHold = absl::Minutes(4);

struct AgentOptions {
  Identity identity;
  int concurrency = 1;  // Jobs at a time, 1-1,000, unless the handler asks for more.
  absl::Time started;   // When the worker was started, for the cold start.
  /// For the handler to ask for work after its start.
  absl::Duration init_timeout = absl::Minutes(7);
  absl::Duration drain_grace;  // For running jobs, once told to stop.
  /// For a handler to end a job that nobody wants any more, or to end itself.
  absl::Duration cancel_grace = absl::Seconds(5);
  absl::Duration disconnect_limit;
  /// Results not settled may grow to this; then no more work is asked for.
  std::size_t unsettled_bytes_max = std::size_t{1} << 30;
};

/// Why the agent ended.
enum class Ending {
  kDrained,       // It was told to stop, and has.
  kRefused,       // The scheduler does not accept its credentials.
  kMisplaced,     // The scheduler does not know its endpoint, or its Hello is wrong.
  kDisconnected,  // The scheduler could not be reached for too long.
  kNotReady,      // The handler does not come up.
};

/// A request for jobs.
struct TakeRequest {
  std::optional<bool> in_progress;  // What the handler says it has; none: unsaid.
  std::optional<SdkVersion> sdk;
  bool asks_for_free_slots = false;  // It asks for as many jobs as it can begin now.
};

/// What a handler reports of a job.
struct Report {
  std::optional<Outcome> outcome;       // It ended so.
  bool replace_handler = false;         // The handler wants a new process after it.
  std::optional<std::string> progress;  // JSON of at most 4 KiB.
  std::optional<std::string> chunk;     // JSON of at most 1 MiB.
  std::int64_t chunk_tokens = 0;        // That the chunk tells of, see TokensOf.
};

/// The agent beside one handler: takes jobs from the scheduler, hands them to the
/// handler, and sees to it that each ends with exactly one word to the scheduler.
///
/// It dials the scheduler when the handler first asks for work (or at once, when an
/// earlier process left results), so that no job is leased to a worker that cannot
/// run it. It grants as many credits as jobs fit, and none while the handler is
/// down or drains.
///
/// Confined to its mailbox's thread, but for ready().
class Agent final : public SchedulerEvents, public HandlerEvents, public GpuEvents {
 public:
  struct Ports {
    const Clock& clock;
    Alarm& alarm;
    SchedulerPort& scheduler;
    HandlerPort& handler;
    SpoolPort& spool;
    std::function<double()> random;        // In [0, 1).
    std::function<void(Ending)> finished;  // Called once, last.
    GpuPort* gpus = nullptr;               // None: GPUs are not looked at.
    AgentMonitor* monitor = nullptr;       // None: nobody watches.
  };

  Agent(AgentOptions options, Ports ports);

  /// Starts the handler. `left` is what the spool held.
  void Start(std::vector<SpoolRecord> left);

  /// Somebody wants the worker to end: finishes what runs and gives back the rest.
  void Drain();

  // The handler's requests.

  /// `poll` may be answered at once.
  void OnTake(const TakeRequest& request, const std::shared_ptr<TakePoll>& poll);
  /// Nobody waits for an answer to `poll` any more.
  void OnTakeEnded(const TakePoll* poll);
  /// Replaces a stop poll that is still open.
  void OnAwaitStops(const std::shared_ptr<StopPoll>& poll);
  void OnAwaitStopsEnded(const StopPoll* poll);
  void OnPing(const std::vector<std::string>& job_ids);
  /// It has failed a check of its own, and is about to end, most likely. Both texts are
  /// made valid UTF-8 and cut.
  void OnUnhealthy(std::string_view check, std::string_view reason);
  /// `reply` is answered once the report is safe; one about a job that the handler
  /// does not hold is dropped and answered at once. Progress that there is no room for
  /// waits up to kReportHold, and is then refused.
  void OnReport(std::string_view job_id, Report report, const std::shared_ptr<Reply>& reply);

  /// How to treat the present handler.
  SdkPolicy policy() const { return PolicyFor(sdk_); }
  /// How long to leave a take of that release open. One of a handler that is to end only
  /// for a moment, lest it take again and again until it has noticed.
  absl::Duration hold(std::optional<SdkVersion> sdk) const;
  /// Whether the scheduler and the handler are both there. From any thread.
  bool ready() const { return ready_; }

  void OnWelcome(absl::Duration heartbeat) override;
  void OnAssignments(std::vector<Assignment> jobs) override;
  void OnSettled(const std::vector<LeaseId>& leases) override;
  void OnProgressStored(const LeaseId& lease, std::int64_t sequence) override;
  void OnLeaseLost(const std::vector<LeaseId>& leases) override;
  void OnCancel(const LeaseId& lease) override;
  void OnDrain() override;
  void OnDisconnected(const absl::Status& status) override;

  void OnHandlerExit(bool well, const std::string& reason, const std::string& last_line) override;

  void OnGpus(std::vector<GpuInfo> gpus) override;
  void OnGpuReadings(std::vector<GpuReading> readings) override;
  void OnHandlerMemory(std::int64_t used_mib) override;

 private:
  enum class Phase { kServing, kDraining, kStopping, kFlushing, kDone };

  // agent.cc: does all that has become due. Every event ends with it.
  void Advance();
  void SetAlarm();
  void ShowFigures() const;

  // agent_scheduler.cc
  void AdvanceLink(absl::Time now);
  void DialScheduler(absl::Time now);
  void ResendUnsettled();
  bool HasRoomFor(const Progress& progress) const;
  void SendProgress(Progress progress);
  // How many jobs the handler runs at a time.
  int Concurrency() const { return std::max(options_.concurrency, asked_); }
  // How many may be here at a time.
  int Capacity() const;
  int FreeSlots() const;
  void GrantCredits();
  // Takes back those that no job has used: what comes would be given back.
  void WithdrawCredits();
  // Books, sends and spools how an attempt ended, and calls `safe` when the result
  // is on disk or settled. False when the attempt has ended already.
  bool Finish(const LeaseId& lease, Outcome outcome, std::function<void()> safe = {});
  void Safe(const LeaseId& lease);
  // Answers together with the report that brought the job's result, if that waits.
  bool AnswerWhenSafe(std::string_view job_id, const std::shared_ptr<Reply>& reply);
  // The result of `lease` is of no use any more.
  void Forget(const LeaseId& lease);

  // agent_jobs.cc
  void HandOut(absl::Time now);
  std::vector<LeaseId> PickFor(const TakePoll& poll, absl::Time now);
  void HandOutFailed(int generation, const std::vector<LeaseId>& leases);
  void OnFinalReport(const HeldJob& job, Report report, const std::shared_ptr<Reply>& reply);
  void OnProgressReport(const HeldJob& job, Report report, const std::shared_ptr<Reply>& reply);
  // Leaves a report open until there is room for it; of each job the latest only.
  void HoldReport(Progress progress, const std::shared_ptr<Reply>& reply);
  void SendHeldReports(absl::Time now);
  absl::Time NextReportLimit() const;
  void FailLost(const std::vector<HeldJob>& lost);
  // The handler will not answer these: fails those that began and keeps the others.
  void GiveUp(const std::vector<HeldJob>& lost, Cause cause, const std::string& error);
  void FailOverdue(absl::Time now);

  // agent_prefetch.cc: jobs that are given to the handler behind another one.

  // Whether they are: to handlers that idle between takes and run one job at a time.
  bool Prefetches() const;
  void BeginNext(absl::Time now);
  // Gives back what lies behind a job that turned out to be long, or before a handler that
  // is down or loads for long.
  void GiveBackBehind(absl::Time now);
  absl::Time NextGiveBack() const;

  // agent_handler.cc

  void AdvanceHandler(absl::Time now);
  // Nobody wants the result of `lease` any more: has the handler stop it, or stops the
  // handler once it has no other job.
  void Abandon(const LeaseId& lease);
  // Has the handler stop abandoned jobs, or is to be stopped by then.
  void AskToStop(absl::Time by);
  // For a handler to show that it has stopped a job, once told to.
  absl::Duration StopGrace() const;
  // Abandoned jobs have not ended in time: the handler gets no others until they do.
  bool StopDue() const;
  absl::Time NextStop() const;
  void StopHandler(absl::Duration grace);
  void AnswerPolls();
  void GiveUpStarting(const std::string& why);
  // Tells people, now or once there is a session.
  void Announce(std::string_view check, std::string_view reason);

  // agent_gpu.cc
  // What an attempt that ends now has used at most, in MiB; 0 when not known.
  std::int64_t TakeGpuPeak(const LeaseId& lease);

  // agent_shutdown.cc
  void Shutdown(Ending ending, absl::Duration drain_grace, absl::Duration flush_limit);
  void AdvanceShutdown(absl::Time now);
  void GiveBack(const std::vector<LeaseId>& leases);
  void ReleaseAll(AttemptState state) { GiveBack(attempts_.In(state)); }

  const AgentOptions options_;
  const Ports ports_;

  Attempts attempts_;
  Link link_;
  int credits_out_ = 0;  // Granted in this session and not yet used.
  UnstoredProgress unstored_;
  struct HeldReport {
    Progress progress;
    std::shared_ptr<Reply> reply;
    absl::Time until;
  };
  std::map<LeaseId, HeldReport> held_reports_;
  std::map<LeaseId, std::function<void()>> unsafe_;  // To call once a result is safe.

  Supervisor supervisor_;
  HeldJobs held_;
  Prefetch prefetch_;
  bool refreshes_ = false;  // Handlers of this image ask to be replaced.
  int generation_ = 0;      // Of the handler's process.
  bool was_ready_ = false;
  absl::Time unready_since_ = absl::InfiniteFuture();  // While the handler asks for no work.
  bool replace_handler_ = false;                       // Once it holds nothing.
  absl::Time stop_by_ = absl::InfiniteFuture();        // For abandoned jobs to end.
  std::optional<Event> event_;                         // The last, until the handler asks for work.
  std::optional<Event> event_unsent_;
  std::optional<SdkVersion> sdk_;
  int asked_ = 1;  // What the handler had at its latest take, and asked for.
  std::deque<std::shared_ptr<TakePoll>> polls_;
  std::shared_ptr<StopPoll> stop_poll_;

  std::vector<GpuInfo> gpus_;
  std::vector<GpuReading> gpu_readings_;             // The last ones.
  std::map<std::string, std::string> gpu_problems_;  // By UUID, as logged.
  GpuPeaks gpu_peaks_;

  std::atomic<bool> ready_ = false;
  Phase phase_ = Phase::kServing;
  Ending ending_ = Ending::kDrained;
  absl::Time phase_deadline_ = absl::InfiniteFuture();
  absl::Duration flush_limit_;
};

}  // namespace furnace::worker
