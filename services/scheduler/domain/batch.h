#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/scheduler/domain/job.h"

namespace furnace::scheduler {

/// What a client may ask for a batch as a whole. Meaning: v1::SubmitBatchRequest.
struct BatchOptions {
  std::string name;
  bool one_worker = false;
  std::string webhook_url;  // Empty: none.
};

/// Jobs of a batch by where they are.
struct BatchCounts {
  int waiting = 0;
  int in_progress = 0;
  int completed = 0;
  int failed = 0;
  int timed_out = 0;
  int cancelled = 0;

  friend bool operator==(const BatchCounts&, const BatchCounts&) = default;
};

/// Jobs of one endpoint that were submitted in one call, and how they get on.
struct Batch {
  std::string id;
  std::string endpoint_id;
  std::string project_id;
  BatchOptions options;
  absl::Time created_at;
  BatchCounts counts;
  std::optional<absl::Time> started_at;  // Of its first attempt.
  std::optional<absl::Time> ended_at;    // Of the latest job to end.
  std::int64_t gpu_time_us = 0;          // Billed so far.
  std::int64_t version = 0;              // Rises with each change of one of its jobs.
};

/// Names what a batch has come to: two states of it never share one. The id of its webhook.
std::string CompletionId(const Batch& batch);

/// How many jobs the batch has.
int Total(const BatchCounts& counts);

/// Whether every job is in a final state.
bool IsDone(const BatchCounts& counts);

/// The concurrency key of a batch whose jobs run one after another on one worker.
/// lua/lib/queue.lua has the same.
std::string OneWorkerKey(const std::string& batch_id);

/// Whether the job is of such a batch.
bool KeepsToWorker(const Job& job);

}  // namespace furnace::scheduler
