#pragma once

#include "absl/status/status.h"
#include "libs/common/redis/client.h"
#include "libs/common/rpc/client.h"
#include "services/scheduler/app/all_rules.h"
#include "services/scheduler/app/project_quotas.h"
#include "services/scheduler/app/throttles.h"
#include "services/scheduler/app/treasury.h"
#include "services/scheduler/clients/metering_budget_source.h"
#include "services/scheduler/clients/metering_throttle_source.h"
#include "services/scheduler/config.h"
#include "services/scheduler/storage/redis/budget_accounts.h"

namespace furnace::scheduler {

/// Budgets, quotas of GPUs and throttles, wired: what keeps jobs from being started.
class StartControl {
 public:
  static constexpr absl::Duration kBudgetTimeout = absl::Seconds(2);

  StartControl(const Config& config, redis::Client& redis, const QueueScripts& scripts,
               const EndpointCatalog& catalog, const ShardLeader& leader, ProjectQuotas& quotas)
      : accounts_(redis, scripts),
        gpu_accounts_(redis, scripts, RedisBudgetAccounts::Kind::kGpuQuotas),
        budgets_(furnace::rpc::Dial(config.metering_address),
                 {.internal_token = config.internal_token, .timeout = kBudgetTimeout}),
        throttled_(furnace::rpc::Dial(config.metering_address),
                   {.internal_token = config.internal_token}),
        treasury_(budgets_, accounts_, catalog, leader, config.lease),
        gpu_quotas_(quotas, gpu_accounts_, catalog, leader, config.lease),
        limits_({&treasury_, &gpu_quotas_}),
        throttles_(throttled_, config.environment, limits_) {}

  const StartRules& rules() const { return throttles_; }

  /// One round of each; see Treasury::Refresh and Throttles::Refresh.
  absl::Status RefreshBudgets() { return treasury_.Refresh(); }
  absl::Status RefreshGpuQuotas() { return gpu_quotas_.Refresh(); }
  absl::Status RefreshThrottles() { return throttles_.Refresh(); }

 private:
  RedisBudgetAccounts accounts_;
  RedisBudgetAccounts gpu_accounts_;
  MeteringBudgetSource budgets_;
  MeteringThrottleSource throttled_;
  Treasury treasury_;
  Treasury gpu_quotas_;  // Apart, for metering and the registry are not away together.
  AllRules limits_;
  Throttles throttles_;
};

}  // namespace furnace::scheduler
