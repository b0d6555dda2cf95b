#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/budget_ports.h"
#include "services/scheduler/domain/quota.h"

namespace furnace::scheduler {

/// The registry's quotas. Blocks.
class QuotaSource {
 public:
  virtual ~QuotaSource() = default;

  /// By project; those that have one of anything.
  virtual absl::StatusOr<std::map<std::string, ProjectQuota>> Quotas() = 0;
};

/// A copy of all quotas, so that nobody waits for the registry. As budgets it gives those of
/// GPUs, for a Treasury to keep jobs within. Thread-safe.
class ProjectQuotas final : public BudgetSource {
 public:
  explicit ProjectQuotas(QuotaSource& source) : source_(source) {}

  /// Brings the copy up to date; blocks. After an error the old one stands.
  absl::Status Refresh() ABSL_LOCKS_EXCLUDED(mutex_);

  /// Nothing of anything for a project that has no quota, as far as heard of.
  ProjectQuota Of(const std::string& project_id) const ABSL_LOCKS_EXCLUDED(mutex_);

  /// Whether any project has a quota of queued jobs.
  bool LimitQueues() const ABSL_LOCKS_EXCLUDED(mutex_);

  /// UNAVAILABLE before the first Refresh that succeeds. Does not block.
  absl::StatusOr<std::vector<Budget>> HardBudgets() override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  QuotaSource& source_;
  mutable Mutex mutex_;
  std::optional<std::map<std::string, ProjectQuota>> quotas_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::scheduler
