#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/common/base/mutex.h"
#include "libs/common/runtime/thread_pool.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Copies queued jobs to history before they are acknowledged, for those who ask for
/// that. Calls that come while others are stored go together. Thread-safe.
///
/// The relay stores the same jobs a moment later, and both skip what history has.
class Persister {
 public:
  /// Jobs that may wait to be stored; more are refused before they are queued.
  static constexpr std::size_t kMaxJobs = 10'000;
  /// Jobs that are enough for one transaction.
  static constexpr std::size_t kEnough = 500;

  using Saved = absl::AnyInvocable<void(absl::Status)>;

  /// Room for jobs that will be stored; it is given back when this goes.
  class Room {
   public:
    Room(Room&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), jobs_(other.jobs_) {}
    Room& operator=(Room&&) = delete;
    ~Room();

   private:
    friend class Persister;
    Room(Persister& owner, std::size_t jobs) : owner_(&owner), jobs_(jobs) {}

    Persister* owner_;
    std::size_t jobs_;
  };

  /// `blocking` runs what reads the queue and writes history.
  Persister(ShardLog& log, JobHistory& history, runtime::ThreadPool& blocking)
      : log_(log), history_(history), blocking_(blocking) {}

  /// Call it before the jobs are queued. RESOURCE_EXHAUSTED when kMaxJobs wait.
  absl::StatusOr<Room> Reserve(std::size_t jobs) ABSL_LOCKS_EXCLUDED(mutex_);

  /// Calls `saved` once history has the project's jobs, which have been queued, or with
  /// UNAVAILABLE, when it may or may not. Does not block.
  void Save(Room room, std::vector<std::string> job_ids, std::string project_id, Saved saved)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Call {
    Room room;
    std::vector<std::string> job_ids;
    std::string project_id;
    Saved saved;
  };

  void SaveWaiting() ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<Call> NextGroup() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status SaveGroup(const std::vector<Call*>& calls);
  absl::Status ReadLive(int shard, const std::vector<std::string>& ids,
                        std::vector<JobRecord>& records);
  void Release(std::size_t jobs) ABSL_LOCKS_EXCLUDED(mutex_);

  ShardLog& log_;
  JobHistory& history_;
  runtime::ThreadPool& blocking_;
  Mutex mutex_;
  std::deque<Call> waiting_ ABSL_GUARDED_BY(mutex_);
  std::size_t reserved_ ABSL_GUARDED_BY(mutex_) = 0;
  bool saving_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace furnace::scheduler
