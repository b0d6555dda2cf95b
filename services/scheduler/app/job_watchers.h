#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/common/base/mutex.h"
#include "libs/common/runtime/thread_pool.h"
#include "services/scheduler/app/job_reader.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Somebody who wants to know what becomes of a job. Calls come one at a time, on
/// threads that must not be blocked.
class JobWatcher {
 public:
  virtual ~JobWatcher() = default;

  /// The job as it is now; with its output once final. False: enough, forget me.
  virtual bool OnJob(const JobRecord& record) = 0;
  /// NOT_FOUND, or what kept the job from being read. The last call.
  virtual void OnError(const absl::Status& status) = 0;
  /// The watcher's deadline has passed. The last call.
  virtual void OnTimeout() = 0;
};

/// Tells watchers of jobs' changes. One read serves all watchers of a job, and
/// however many changes happen while it is on its way cost one more. Thread-safe.
class JobWatchers {
 public:
  /// Watchers at a time; more are refused with RESOURCE_EXHAUSTED.
  static constexpr std::size_t kMaxWatchers = 50'000;

  struct Request {
    std::string job_id;
    std::string project_id;
    absl::Time deadline;
    /// Chunks the watcher has already; nullopt: it wants none.
    std::optional<std::int64_t> chunks_after;
  };

  /// `blocking` runs what reads PostgreSQL.
  JobWatchers(JobQueue& queue, JobReader& reader, runtime::ThreadPool& blocking)
      : queue_(queue), reader_(reader), blocking_(blocking) {}

  /// Registers before the job is submitted: the first call comes with its first
  /// change. False when the watcher was refused, and told so.
  bool AddUpcoming(Request request, const std::shared_ptr<JobWatcher>& watcher);

  /// Registers, and calls with the job as it is now.
  void Add(Request request, const std::shared_ptr<JobWatcher>& watcher);

  /// Drops a watcher without another call, if it is still there.
  void Remove(const std::string& job_id, const JobWatcher* watcher) ABSL_LOCKS_EXCLUDED(mutex_);

  /// The job has changed.
  void Changed(const std::string& job_id) ABSL_LOCKS_EXCLUDED(mutex_);

  /// Whether somebody here watches the job.
  bool IsWatched(const std::string& job_id) const ABSL_LOCKS_EXCLUDED(mutex_);

  /// The attempt has yielded `chunks`, the last of the `count` that the job has had; nothing else
  /// has changed. Watchers who lack these only are told without a read.
  void Yielded(const LeaseId& lease, std::vector<std::string> chunks, std::int64_t count)
      ABSL_LOCKS_EXCLUDED(mutex_);

  /// Any job may have changed unnoticed.
  void AllChanged() ABSL_LOCKS_EXCLUDED(mutex_);

  /// Ends the watchers whose deadline has passed; call it often.
  void ExpireAt(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Entry {
    Request request;
    std::shared_ptr<JobWatcher> watcher;
  };
  struct Watched {
    std::vector<Entry> entries;
    bool reading = false;
    bool changed = false;                // Since the read on its way began.
    std::optional<JobRecord> last = {};  // As watchers were told it last; without chunks.
  };

  bool Register(Request request, const std::shared_ptr<JobWatcher>& watcher)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Read(const std::string& job_id) ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<JobRecord> TakeNext(const LeaseId& lease, std::int64_t before)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void OnRead(const std::string& job_id, std::optional<std::int64_t> chunks_after,
              absl::StatusOr<std::optional<JobRecord>> record);
  void ReadPast(const std::string& job_id);
  void Deliver(const std::string& job_id, std::optional<std::int64_t> chunks_after,
               JobRecord record) ABSL_LOCKS_EXCLUDED(mutex_);
  void Fail(const std::string& job_id, const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<Entry> Take(const std::string& job_id) ABSL_LOCKS_EXCLUDED(mutex_);

  JobQueue& queue_;
  JobReader& reader_;
  runtime::ThreadPool& blocking_;
  mutable Mutex mutex_;
  std::map<std::string, Watched> jobs_ ABSL_GUARDED_BY(mutex_);
  std::size_t count_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace furnace::scheduler
