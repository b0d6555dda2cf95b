#pragma once

#include <string_view>

#include "absl/status/statusor.h"

namespace furnace::scheduler {

/// Where a job is. The numbers are stored in Redis and PostgreSQL and equal those
/// of furnace.v1.JobStatus; they never change.
enum class JobStatus {
  kWaiting = 1,
  kDelayed = 2,
  kInQueue = 3,
  kInProgress = 4,
  kCompleted = 5,
  kFailed = 6,
  kTimedOut = 7,
  kCancelled = 8,
};

/// Why an attempt ended without a result. Numbers as furnace.v1.FailureCause.
enum class FailureCause {
  kNone = 0,
  kHandlerError = 1,
  kHandlerExited = 2,
  kTimeout = 3,
  kWorkerLost = 4,
  kPlatform = 5,
  kBudget = 6,
};

std::string_view ToString(JobStatus status);

/// Whether nothing can happen to the job any more.
bool IsFinal(JobStatus status);

/// Whether the job has yet to run: WAITING, DELAYED or IN_QUEUE.
bool Waits(JobStatus status);

/// Whether the fault was ours: such an attempt is neither billed nor counted
/// against the job's retries.
bool IsPlatformFault(FailureCause cause);

/// The status or cause with this number; INTERNAL when there is none, for such a
/// number comes from our own store.
absl::StatusOr<JobStatus> JobStatusFromNumber(int number);
absl::StatusOr<FailureCause> FailureCauseFromNumber(int number);

}  // namespace furnace::scheduler
