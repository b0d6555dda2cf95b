#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "services/scheduler/app/result_ports.h"

namespace furnace::scheduler {

/// The history of attempts in memory. For one thread.
class MemoryAttemptHistory final : public AttemptHistory {
 public:
  absl::Status Save(const std::vector<AttemptEnd>& attempts) override;
  absl::StatusOr<std::vector<Attempt>> Of(const std::string& job_id) override;
  absl::Status SaveSlices(const std::vector<WorkerSlice>& slices) override;

  /// All methods fail so until this is OK again.
  void set_status(absl::Status status) { failure_ = std::move(status); }
  void Erase(const std::string& job_id);
  /// By lifetime and number.
  const std::map<std::pair<std::string, int>, WorkerSlice>& slices() const { return slices_; }

 private:
  absl::Status failure_;
  std::map<LeaseId, Attempt> attempts_;
  std::map<std::pair<std::string, int>, WorkerSlice> slices_;
};

}  // namespace furnace::scheduler
