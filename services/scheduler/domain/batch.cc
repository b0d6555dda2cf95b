#include "services/scheduler/domain/batch.h"

namespace furnace::scheduler {

std::string CompletionId(const Batch& batch) {
  return batch.id + "." + std::to_string(batch.version);
}

int Total(const BatchCounts& counts) {
  return counts.waiting + counts.in_progress + counts.completed + counts.failed + counts.timed_out +
         counts.cancelled;
}

bool IsDone(const BatchCounts& counts) { return counts.waiting == 0 && counts.in_progress == 0; }

std::string OneWorkerKey(const std::string& batch_id) { return "batch " + batch_id; }

bool KeepsToWorker(const Job& job) {
  return !job.batch_id.empty() && job.concurrency_key == OneWorkerKey(job.batch_id);
}

}  // namespace furnace::scheduler
