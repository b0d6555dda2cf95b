#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "services/worker/domain/lease.h"

namespace furnace::worker {

/// A job that one handler process has.
struct HeldJob {
  LeaseId lease;
  std::int64_t number = 0;          // Of the hand-out: the handler begins them in this order.
  std::optional<absl::Time> begun;  // When it could; none: it lies behind another one.
  int missed_pings = 0;
  bool abandoned = false;
  bool unwanted = false;  // It is never to begin.
  std::optional<absl::Time> told_to_stop;
  std::int64_t reports = 0;  // Progress reports it has made.
  std::int64_t tokens = 0;   // That the latest chunk to tell of any told of.
};

/// What the present handler process has been given and not answered, abandoned
/// jobs included: the books with the handler, as Attempts are those with the
/// scheduler. It knows jobs by id only, so it is never given two attempts of one
/// job.
///
/// A job begins when it is handed out, or, given behind another one, when that has
/// ended. Not thread-safe.
class HeldJobs {
 public:
  /// Begins it at `begun`, or later.
  void Add(const LeaseId& lease, std::optional<absl::Time> begun);
  /// The job that lies foremost begins now, if none is under way and it is wanted.
  std::optional<LeaseId> BeginNext(absl::Time now);
  /// Takes off the books what was handed out before this job and not answered: a
  /// handler that runs one job after another has lost it.
  std::vector<HeldJob> LostBefore(std::string_view job_id, absl::Time now);
  bool Has(std::string_view job_id) const { return jobs_.contains(job_id); }
  /// The job, or nullptr. Invalid after the next change.
  const HeldJob* Find(std::string_view job_id) const;
  bool HasLease(const LeaseId& lease) const;
  /// The number, from 1, of another progress report of a job that is held.
  std::int64_t CountReport(std::string_view job_id) { return ++jobs_.find(job_id)->second.reports; }
  /// A chunk of a job that is held tells of so many tokens.
  void SetTokens(std::string_view job_id, std::int64_t tokens) {
    jobs_.find(job_id)->second.tokens = tokens;
  }
  /// Takes the job off the books.
  std::optional<HeldJob> Remove(std::string_view job_id);
  /// The process is gone. Forgets also what its pings were worth. In the order of hand-out.
  std::vector<HeldJob> RemoveAll();

  /// Nobody waits for this job's result any more.
  void Abandon(const LeaseId& lease);
  /// The jobs that have not begun, and are not to any more: the handler has to be replaced
  /// before they would. Those that nobody waits for are left out.
  std::vector<LeaseId> Recall();
  /// When the job began that is under way for longest; nullopt: none is.
  std::optional<absl::Time> begun_since() const;
  /// True when a job lies behind another one and is to begin.
  bool has_unbegun() const;
  /// True when a job is under way whose result is wanted.
  bool has_live() const;
  /// True when a job is held whose result is not.
  bool has_abandoned() const;
  /// True when a job is held that is never to begin.
  bool has_unwanted() const;
  /// Ids of abandoned jobs under way that this has not returned before: the handler is
  /// told now.
  std::vector<std::string> TakeStopOrders(absl::Time now);
  /// When it was told to stop the first of those that it has not ended; InfiniteFuture: none.
  absl::Time first_stop_order() const;
  /// Takes off the books what the handler was told to stop.
  void DropStopped();

  std::size_t size() const { return jobs_.size(); }
  bool empty() const { return jobs_.empty(); }

  /// The handler asked for work saying that it has none: takes everything off the
  /// books, for none of it will be answered.
  std::vector<HeldJob> LostByTake() { return Drop(jobs_); }

  /// The handler's heartbeat named `job_ids`: takes off the books what it has
  /// failed to name kMissedPingsMax times, or once since it was told to stop it: of such a
  /// job there may be no result. Heartbeats come from another process
  /// than takes and lag behind them, hence the patience; and a handler that never
  /// named any of its jobs does not name jobs at all. Foreign ids are ignored.
  std::vector<HeldJob> LostByPing(const std::vector<std::string>& job_ids, absl::Time now);

  static constexpr int kMissedPingsMax = 3;
  /// A heartbeat says nothing of jobs that began less than this ago, or have not.
  static constexpr absl::Duration kPingLag = absl::Seconds(5);

 private:
  using Jobs = std::map<std::string, HeldJob, std::less<>>;
  std::vector<HeldJob> Drop(const Jobs& jobs);

  Jobs jobs_;
  std::int64_t handed_out_ = 0;
  bool pings_name_jobs_ = false;
};

}  // namespace furnace::worker
