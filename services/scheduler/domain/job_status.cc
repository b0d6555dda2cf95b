#include "services/scheduler/domain/job_status.h"

#include "libs/common/base/status.h"

namespace furnace::scheduler {

std::string_view ToString(JobStatus status) {
  switch (status) {
    case JobStatus::kWaiting: return "WAITING";
    case JobStatus::kDelayed: return "DELAYED";
    case JobStatus::kInQueue: return "IN_QUEUE";
    case JobStatus::kInProgress: return "IN_PROGRESS";
    case JobStatus::kCompleted: return "COMPLETED";
    case JobStatus::kFailed: return "FAILED";
    case JobStatus::kTimedOut: return "TIMED_OUT";
    case JobStatus::kCancelled: return "CANCELLED";
  }
  return "invalid";
}

bool IsFinal(JobStatus status) { return status >= JobStatus::kCompleted; }

bool Waits(JobStatus status) { return status < JobStatus::kInProgress; }

bool IsPlatformFault(FailureCause cause) {
  return cause == FailureCause::kWorkerLost || cause == FailureCause::kPlatform;
}

absl::StatusOr<JobStatus> JobStatusFromNumber(int number) {
  if (number >= static_cast<int>(JobStatus::kWaiting) &&
      number <= static_cast<int>(JobStatus::kCancelled)) {
    return static_cast<JobStatus>(number);
  }
  return Error(absl::StatusCode::kInternal, "no job status has number {}", number);
}

absl::StatusOr<FailureCause> FailureCauseFromNumber(int number) {
  if (number >= static_cast<int>(FailureCause::kNone) &&
      number <= static_cast<int>(FailureCause::kBudget)) {
    return static_cast<FailureCause>(number);
  }
  return Error(absl::StatusCode::kInternal, "no failure cause has number {}", number);
}

}  // namespace furnace::scheduler
