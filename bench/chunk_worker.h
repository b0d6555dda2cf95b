#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "bench/native_worker.h"
#include "libs/common/base/mutex.h"

namespace furnace::bench {

/// A worker whose jobs yield chunks at a fixed rate. A chunk is the time at which it
/// was sent: nanoseconds of Unix time, as a number.
class ChunkWorker {
 public:
  /// Takes as many jobs as it has credits and keeps them until it is destroyed.
  explicit ChunkWorker(const WorkerOptions& options);
  ~ChunkWorker();

  /// Sends a chunk of each of `job_ids` `rate` times a second, evenly spread, until
  /// each has had `count`; it has these jobs or gets them within 10 seconds.
  void Yield(const std::vector<std::string>& job_ids, double rate, int count);

  /// Ends the jobs, each with the result `null`.
  void Settle(const std::vector<std::string>& job_ids);

 private:
  void Read();
  std::vector<furnace::v1::LeaseId> LeasesOf(const std::vector<std::string>& job_ids)
      ABSL_LOCKS_EXCLUDED(mutex_);

  WorkerSession session_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<furnace::v1::LeaseId> leases_ ABSL_GUARDED_BY(mutex_);
  std::thread reader_;
};

}  // namespace furnace::bench
