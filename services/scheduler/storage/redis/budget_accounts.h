#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libs/common/redis/client.h"
#include "services/scheduler/app/budget_ports.h"
#include "services/scheduler/storage/redis/scripts.h"

namespace furnace::scheduler {

/// Accounts in Redis: of budgets, or of quotas of GPUs. Thread-safe.
class RedisBudgetAccounts final : public BudgetAccounts {
 public:
  enum class Kind { kBudgets, kGpuQuotas };

  RedisBudgetAccounts(redis::Client& client, const QueueScripts& scripts,
                      Kind kind = Kind::kBudgets)
      : client_(client), scripts_(scripts), set_(kind == Kind::kBudgets ? "budgets" : "quotas") {}

  absl::StatusOr<std::map<std::string, StoredAccount>> Read(int shard, bool fence) override;
  absl::Status Ask(int shard, const std::vector<std::string>& budget_ids) override;
  absl::StatusOr<std::vector<std::optional<std::int64_t>>> Change(
      int shard, const std::vector<AllowanceChange>& changes) override;

 private:
  redis::Client& client_;
  const QueueScripts& scripts_;
  const std::string set_;  // Of those that have an account, see lua/lib/budgets.lua.
};

}  // namespace furnace::scheduler
