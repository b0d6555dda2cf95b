#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/scheduler/domain/job.h"

namespace furnace::scheduler {

/// By how much the attempts and versions of a job rise when the queue has lost it:
/// more than history can have missed of it. An endpoint allows 10 retries, and a job
/// ends after 10 losses, so these are five times what it can have had without a redrive.
inline constexpr int kRestoredAhead = 100;

/// The job, as history last heard of it, as it goes back to a queue that has lost it.
/// One that waits for others does so for all its parents again; one of a graph that has
/// none is runnable. One that ran is IN_QUEUE; the attempt it had, or had since, has no lease, and
/// its number never comes again.
///
/// FAILED_PRECONDITION for a job that is final.
absl::StatusOr<Job> Restore(Job job);

/// Where a restored job stands in its queue: by when it was submitted, or becomes
/// runnable. See QueueScore.
std::int64_t RestoredScore(const Job& job, absl::Duration head_start);

}  // namespace furnace::scheduler
