#include "services/scheduler/domain/admission.h"

#include <string_view>

#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

absl::Status Check(std::string_view whose, const QueueLoad& limit, const QueueLoad& waiting,
                   const QueueLoad& asked) {
  if (limit.jobs != 0 && waiting.jobs + asked.jobs > limit.jobs) {
    return Error(absl::StatusCode::kResourceExhausted, "too many jobs of {} wait: at most {} may",
                 whose, limit.jobs);
  }
  if (limit.bytes != 0 && waiting.bytes + asked.bytes > limit.bytes) {
    return Error(absl::StatusCode::kResourceExhausted,
                 "the inputs of jobs of {} that wait are too large: at most {} bytes in all", whose,
                 limit.bytes);
  }
  return absl::OkStatus();
}

}  // namespace

AdmissionLimits WithQuota(AdmissionLimits limits, std::int64_t max_queued_jobs) {
  if (max_queued_jobs > 0) limits.project.jobs = max_queued_jobs;
  return limits;
}

absl::Status CheckAdmission(const AdmissionLimits& limits, const QueueLoad& suite,
                            const QueueLoad& project, const QueueLoad& asked) {
  FURNACE_RETURN_IF_ERROR(Check("the project", limits.project, project, asked));
  return Check("all projects", limits.suite, suite, asked);
}

}  // namespace furnace::scheduler
