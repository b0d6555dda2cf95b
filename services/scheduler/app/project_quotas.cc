#include "services/scheduler/app/project_quotas.h"

#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/gpu_quota.h"

namespace furnace::scheduler {

absl::Status ProjectQuotas::Refresh() {
  FURNACE_ASSIGN_OR_RETURN(auto quotas, source_.Quotas());
  MutexLock lock(mutex_);
  quotas_ = std::move(quotas);
  return absl::OkStatus();
}

ProjectQuota ProjectQuotas::Of(const std::string& project_id) const {
  MutexLock lock(mutex_);
  if (!quotas_) return {};
  const auto found = quotas_->find(project_id);
  return found == quotas_->end() ? ProjectQuota() : found->second;
}

bool ProjectQuotas::LimitQueues() const {
  MutexLock lock(mutex_);
  return quotas_ && std::any_of(quotas_->begin(), quotas_->end(),
                                [](const auto& entry) { return entry.second.max_queued_jobs > 0; });
}

absl::StatusOr<std::vector<Budget>> ProjectQuotas::HardBudgets() {
  MutexLock lock(mutex_);
  if (!quotas_) return absl::UnavailableError("the registry has not told the quotas yet");
  std::vector<Budget> budgets;
  for (const auto& [project_id, quota] : *quotas_) {
    if (quota.max_concurrent_gpus == 0) continue;
    budgets.push_back(GpuQuota(project_id, quota.max_concurrent_gpus));
  }
  return budgets;
}

}  // namespace furnace::scheduler
