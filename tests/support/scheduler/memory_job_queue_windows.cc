#include <algorithm>
#include <set>

#include "services/scheduler/domain/job_window.h"
#include "tests/support/scheduler/memory_job_queue.h"

namespace furnace::scheduler {

bool MemoryJobQueue::HasTooManyClassesLocked(const Submission& submission) const {
  constexpr std::size_t kMaxClasses = 100;
  std::set<std::string> classes;
  for (const auto& [id, entry] : jobs_) {
    const Job& job = entry.record.job;
    if (job.endpoint_id == submission.endpoint_id && job.status < JobStatus::kInProgress) {
      classes.insert(job.affinity);
    }
  }
  return std::any_of(submission.items.begin(), submission.items.end(), [&](const auto& item) {
    const bool has_terms = item.affinity.find('|') != std::string::npos;
    if (!has_terms || classes.contains(item.affinity)) return false;
    return classes.size() >= kMaxClasses || !classes.insert(item.affinity).second;
  });
}

std::vector<std::string> MemoryJobQueue::UnknownWindowsLocked(const ClaimRequest& request) const {
  std::set<std::string> windows;
  for (const auto& [id, entry] : jobs_) {
    const Job& job = entry.record.job;
    if (job.endpoint_id != request.endpoint_id || job.status != JobStatus::kInQueue) continue;
    const std::string window(WindowOf(job.affinity));
    if (!window.empty() && !request.windows.contains(window)) windows.insert(window);
  }
  return {windows.begin(), windows.end()};
}

bool MemoryJobQueue::MayServe(const Job& job, const ClaimRequest& request, const WorkerRoom& room) {
  const auto window = request.windows.find(std::string(WindowOf(job.affinity)));
  const bool open = window != request.windows.end() && window->second;
  if (!WindowOf(job.affinity).empty() && !open) return false;
  return WaitBefore(ParseAffinityClass(job.affinity), room.worker.gpu_type, room.traits,
                    request.warm) != absl::InfiniteDuration();
}

}  // namespace furnace::scheduler
