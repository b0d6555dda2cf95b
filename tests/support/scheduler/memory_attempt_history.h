#pragma once

#include <map>
#include <string>
#include <vector>

#include "services/scheduler/app/result_ports.h"

namespace furnace::scheduler {

/// The history of attempts in memory. For one thread.
class MemoryAttemptHistory final : public AttemptHistory {
 public:
  absl::Status Save(const std::vector<AttemptEnd>& attempts) override;
  absl::StatusOr<std::vector<Attempt>> Of(const std::string& job_id) override;

  /// All methods fail so until this is OK again.
  void set_status(absl::Status status) { failure_ = std::move(status); }
  void Erase(const std::string& job_id);

 private:
  absl::Status failure_;
  std::map<LeaseId, Attempt> attempts_;
};

}  // namespace furnace::scheduler
