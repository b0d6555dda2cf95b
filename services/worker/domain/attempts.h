#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "services/worker/domain/attempt_state.h"
#include "services/worker/domain/lease.h"
#include "services/worker/domain/outcome.h"

namespace furnace::worker {

/// A job the scheduler has leased to us.
struct Assignment {
  LeaseId lease;
  std::string input;           // Raw JSON; empty when the client sent none.
  absl::Duration timeout;      // Zero or less: none.
  std::string s3_config = {};  // Raw JSON, for the handler only; empty: none.
};

/// An attempt on our books.
struct Attempt {
  Assignment assignment;
  AttemptState state = AttemptState::kWaiting;
  absl::Time assigned;                            // When we got it.
  absl::Time begun = absl::InfiniteFuture();      // When the handler could begin it.
  absl::Time take_by;                             // While it waits.
  absl::Time finish_by = absl::InfiniteFuture();  // While it runs, once begun.
  Outcome outcome;                                // Once kUnsettled.

  bool has_begun() const { return begun != absl::InfiniteFuture(); }
};

/// The attempts this worker answers for to the scheduler: the other half of its
/// job table. Not thread-safe.
class Attempts {
 public:
  /// A handler should take a job within this: it may have to be started first.
  static constexpr absl::Duration kTakeWithin = absl::Minutes(8);
  /// A wait shorter than this is none: it is what handing a job on takes.
  static constexpr absl::Duration kWaitMin = absl::Milliseconds(1);

  /// Books a new attempt. False when the lease is on the books already.
  bool Assign(Assignment assignment, absl::Time now);
  /// Books a result that an earlier process left behind.
  void Restore(const LeaseId& lease, Outcome outcome);

  /// The attempt, or nullptr. Invalid after the next change.
  const Attempt* Find(const LeaseId& lease) const;

  /// The longest waiting attempt for which `fits(job_id)`, or nullptr.
  template <typename Fits>
  const Attempt* NextWaiting(Fits fits) const {
    for (const LeaseId& lease : waiting_) {
      if (fits(lease.job_id)) return Find(lease);
    }
    return nullptr;
  }

  // Each returns false, and changes nothing, when the attempt is unknown or the
  // event has no meaning in its state.

  bool HandOut(const LeaseId& lease);
  /// A handler that has it can begin it now; its time runs.
  bool Begin(const LeaseId& lease, absl::Time now);
  /// It waits again, before all others.
  bool TakeBack(const LeaseId& lease);
  /// Sets `outcome.waited`, too.
  bool Finish(const LeaseId& lease, Outcome outcome, absl::Time now);
  bool Release(const LeaseId& lease) { return Apply(lease, AttemptEvent::kRelease).has_value(); }
  bool Settle(const LeaseId& lease) { return Apply(lease, AttemptEvent::kSettle).has_value(); }
  /// Both tell the state the attempt was in.
  std::optional<AttemptState> Lose(const LeaseId& lease) {
    return Apply(lease, AttemptEvent::kLose);
  }
  std::optional<AttemptState> Cancel(const LeaseId& lease) {
    return Apply(lease, AttemptEvent::kCancel);
  }

  std::vector<LeaseId> All() const;
  /// For how long we had each of All() before the handler could begin it; InfiniteDuration of
  /// those that it cannot yet.
  std::vector<absl::Duration> Waits() const;
  std::vector<LeaseId> In(AttemptState state) const;
  /// Those that wait or run for too long.
  std::vector<LeaseId> Overdue(absl::Time now) const;
  /// When the next one will; InfiniteFuture when none can.
  absl::Time NextDeadline() const;

  std::size_t waiting_count() const { return waiting_.size(); }
  std::size_t unsettled_count() const { return unsettled_count_; }
  /// Size of all results not settled.
  std::size_t unsettled_bytes() const { return unsettled_bytes_; }

 private:
  // Returns the state before; removes what is gone.
  std::optional<AttemptState> Apply(const LeaseId& lease, AttemptEvent event);
  void Count(const Outcome& outcome);

  std::map<LeaseId, Attempt> attempts_;
  std::list<LeaseId> waiting_;  // In the order of hand-out.
  std::size_t unsettled_count_ = 0;
  std::size_t unsettled_bytes_ = 0;
};

}  // namespace furnace::worker
