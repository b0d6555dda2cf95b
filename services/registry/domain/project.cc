#include "services/registry/domain/project.h"

#include <string_view>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/registry/domain/text.h"

namespace furnace::registry {
namespace {

constexpr std::int64_t kMaxQueuedJobs = 1'000'000'000;
constexpr std::int64_t kMaxConcurrentGpus = 1'000'000;
constexpr std::int64_t kMaxRequestsPerDay = 1'000'000'000'000;

absl::Status CheckQuota(std::string_view field, std::int64_t value, std::int64_t most) {
  if (value >= 0 && value <= most) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "quota.{}: {} is not from 0 to {}", field, value,
               most);
}

}  // namespace

absl::Status Validate(const Project& project) {
  FURNACE_RETURN_IF_ERROR(ValidateName("name", project.name));
  if (IsUuid(project.id)) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "id: {} is not a UUID in lower case",
               Shown(project.id));
}

absl::Status Validate(const ProjectQuota& quota) {
  FURNACE_RETURN_IF_ERROR(CheckQuota("max_queued_jobs", quota.max_queued_jobs, kMaxQueuedJobs));
  FURNACE_RETURN_IF_ERROR(
      CheckQuota("max_concurrent_gpus", quota.max_concurrent_gpus, kMaxConcurrentGpus));
  return CheckQuota("max_requests_per_day", quota.max_requests_per_day, kMaxRequestsPerDay);
}

}  // namespace furnace::registry
