#pragma once

#include <map>
#include <string>

#include "services/scheduler/app/project_quotas.h"

namespace furnace::scheduler {

/// Quotas as a test sets them. For one thread.
class FakeQuotaSource final : public QuotaSource {
 public:
  absl::StatusOr<std::map<std::string, ProjectQuota>> Quotas() override {
    if (!failure.ok()) return failure;
    return quotas;
  }

  std::map<std::string, ProjectQuota> quotas;
  absl::Status failure;
};

}  // namespace furnace::scheduler
