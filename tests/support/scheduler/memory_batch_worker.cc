// How MemoryJobQueue keeps the jobs of a batch to one worker.
#include <tuple>

#include "services/scheduler/domain/batch.h"
#include "tests/support/scheduler/memory_job_queue.h"

namespace furnace::scheduler {
namespace {

constexpr absl::Duration kReserved = absl::Seconds(3);

}  // namespace

const MemoryJobQueue::Entry* MemoryJobQueue::HeadLocked(const std::string& batch_id) const {
  const Entry* head = nullptr;
  for (const auto& [id, entry] : jobs_) {
    const Job& job = entry.record.job;
    if (job.batch_id != batch_id || job.status != JobStatus::kInQueue) continue;
    if (head == nullptr || std::tie(entry.score, id) < std::tie(head->score, head->record.job.id)) {
      head = &entry;
    }
  }
  return head;
}

bool MemoryJobQueue::IsHeldLocked(const Entry& entry) const {
  const Job& job = entry.record.job;
  return IsKeyBusyLocked(job) || (KeepsToWorker(job) && HeadLocked(job.batch_id) != &entry);
}

void MemoryJobQueue::ReserveLocked(const Job& ended, FailureCause cause) {
  if (!KeepsToWorker(ended) || IsPlatformFault(cause)) return;
  const Entry* const next = HeadLocked(ended.batch_id);
  if (next == nullptr) return;
  reserved_[ended.worker_id] = {.job_id = next->record.job.id, .until = clock_.Now() + kReserved};
}

MemoryJobQueue::Entry* MemoryJobQueue::TakeReservedLocked(const std::string& worker_id) {
  const auto found = reserved_.find(worker_id);
  if (found == reserved_.end()) return nullptr;
  const Reserved reserved = found->second;
  reserved_.erase(found);
  const auto job = jobs_.find(reserved.job_id);
  const bool ready = reserved.until > clock_.Now() && job != jobs_.end() &&
                     job->second.record.job.status == JobStatus::kInQueue;
  return ready ? &job->second : nullptr;
}

bool MemoryJobQueue::IsReservedLocked(const std::string& job_id) const {
  for (const auto& [worker, reserved] : reserved_) {
    if (reserved.job_id == job_id && reserved.until > clock_.Now()) return true;
  }
  return false;
}

}  // namespace furnace::scheduler
