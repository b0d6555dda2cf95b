#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "services/scheduler/app/admission.h"
#include "tests/support/scheduler/memory_job_queue.h"

namespace furnace::scheduler {

/// What waits in a MemoryJobQueue. For one thread.
class MemoryQueueLoads final : public QueueLoads {
 public:
  explicit MemoryQueueLoads(MemoryJobQueue& queue) : queue_(queue) {}

  /// It fails so until this is OK again.
  void set_status(absl::Status status) { failure_ = std::move(status); }
  /// What happens while somebody looks.
  void set_meanwhile(std::function<void()> meanwhile) { meanwhile_ = std::move(meanwhile); }

  absl::StatusOr<std::map<std::string, QueueLoad>> Of(
      const std::vector<std::string>& endpoint_ids) override;

 private:
  MemoryJobQueue& queue_;
  absl::Status failure_;
  std::function<void()> meanwhile_ = [] {};
};

}  // namespace furnace::scheduler
