#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/scheduler/app/lifetime_ports.h"
#include "tests/support/scheduler/memory_job_queue.h"

namespace furnace::scheduler {

/// Lifetimes beside a MemoryJobQueue, by domain/lifetime.h. Thread-safe but for set_status and
/// heard.
class MemoryWorkerLives final : public WorkerLives {
 public:
  explicit MemoryWorkerLives(MemoryJobQueue& queue) : queue_(queue) {}

  void Keep(Presences presences, Done<std::set<std::string>> done) override;

  // For tests.

  /// All methods fail so until this is OK again.
  void set_status(absl::Status status) { failure_ = std::move(status); }
  /// What Keep was told, oldest first.
  const std::vector<Presences>& heard() const { return heard_; }

 private:
  bool KeepLocked(const Presences& presences, const WorkerPresence& worker)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(queue_.mutex_);
  bool GoOnLocked(const MemoryJobQueue::LifeKey& key, const Presences& presences,
                  const WorkerPresence& worker) ABSL_EXCLUSIVE_LOCKS_REQUIRED(queue_.mutex_);

  MemoryJobQueue& queue_;
  absl::Status failure_;
  std::vector<Presences> heard_;
};

}  // namespace furnace::scheduler
