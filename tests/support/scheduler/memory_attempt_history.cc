#include "tests/support/scheduler/memory_attempt_history.h"

#include "libs/common/base/status.h"

namespace furnace::scheduler {

absl::Status MemoryAttemptHistory::Save(const std::vector<AttemptEnd>& attempts) {
  FURNACE_RETURN_IF_ERROR(failure_);
  for (const AttemptEnd& end : attempts) {
    attempts_.emplace(end.lease, Attempt{.number = end.lease.epoch,
                                         .worker_id = end.worker.worker_id,
                                         .gpu_type = end.worker.gpu_type,
                                         .started_at = end.start,
                                         .ended_at = end.end,
                                         .cause = end.cause,
                                         .error = end.error,
                                         .gpu_time_us = BilledGpuTime(
                                             end.start, end.end, end.worker.gpu_count, end.cause)});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Attempt>> MemoryAttemptHistory::Of(const std::string& job_id) {
  FURNACE_RETURN_IF_ERROR(failure_);
  std::vector<Attempt> attempts;
  for (auto next = attempts_.rbegin(); next != attempts_.rend(); ++next) {
    const bool has_room = attempts.size() < kMaxAttempts;
    if (has_room && next->first.job_id == job_id) attempts.push_back(next->second);
  }
  return attempts;
}

absl::Status MemoryAttemptHistory::SaveSlices(const std::vector<WorkerSlice>& slices) {
  FURNACE_RETURN_IF_ERROR(failure_);
  for (const WorkerSlice& slice : slices) {
    slices_.emplace(std::pair(slice.life_id, slice.slice.number), slice);
  }
  return absl::OkStatus();
}

void MemoryAttemptHistory::Erase(const std::string& job_id) {
  std::erase_if(attempts_, [&](const auto& attempt) { return attempt.first.job_id == job_id; });
}

}  // namespace furnace::scheduler
