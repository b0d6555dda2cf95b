#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libs/common/redis/client.h"
#include "services/scheduler/app/budget_ports.h"
#include "services/scheduler/storage/redis/scripts.h"

namespace furnace::scheduler {

/// Accounts in Redis. Thread-safe.
class RedisBudgetAccounts final : public BudgetAccounts {
 public:
  RedisBudgetAccounts(redis::Client& client, const QueueScripts& scripts)
      : client_(client), scripts_(scripts) {}

  absl::StatusOr<std::map<std::string, StoredAccount>> Read(int shard, bool fence) override;
  absl::StatusOr<std::vector<std::optional<std::int64_t>>> Change(
      int shard, const std::vector<AllowanceChange>& changes) override;

 private:
  redis::Client& client_;
  const QueueScripts& scripts_;
};

}  // namespace furnace::scheduler
