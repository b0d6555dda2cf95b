#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/budget_ports.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/shard_leader.h"
#include "services/scheduler/app/start_rules.h"

namespace furnace::scheduler {

/// Keeps running jobs within budgets, or within quotas of GPUs. Whoever leads the first shard
/// shares out what is left of each budget among its accounts in the shards; every replica knows
/// which endpoints they are for, and what was left when it last looked. Thread-safe.
///
/// Accounts are read before metering is asked, so that what is recorded in between counts
/// twice, for a moment, and never not at all. Two that believe they lead are told apart by
/// fences: both walk the shards by rising number and stop where they are refused.
class Treasury final : public StartRules {
 public:
  static constexpr absl::Duration kEvery = absl::Milliseconds(500);

  Treasury(BudgetSource& source, BudgetAccounts& accounts, const EndpointCatalog& catalog,
           const ShardLeader& leader, absl::Duration lease)
      : source_(source), accounts_(accounts), catalog_(catalog), leader_(leader), lease_(lease) {}

  /// One round; blocks. For one thread. While metering is away accounts stay as they are.
  absl::Status Refresh() ABSL_LOCKS_EXCLUDED(mutex_);

  std::optional<std::vector<BudgetRate>> RatesOf(const Endpoint& endpoint) const override
      ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<StartBlock> BlockOf(const Endpoint& endpoint,
                                    std::string_view api_key_id = {}) const override
      ABSL_LOCKS_EXCLUDED(mutex_);
  bool MayCoverUnknown() const override ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<std::int64_t> MostGpusOf(const Endpoint& endpoint) const override
      ABSL_LOCKS_EXCLUDED(mutex_);
  /// Asks, with the next round, for a part of the quota of GPUs.
  void NoteWaiting(const Endpoint& endpoint) const override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  /// By shard, then by budget.
  using Accounts = std::vector<std::map<std::string, StoredAccount>>;
  struct Plan;

  absl::Status AskForWaiting() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<Accounts> ReadAll(bool fence);
  std::vector<Plan> PlanFor(const std::vector<Budget>& budgets, const Accounts& accounts) const;
  absl::Status Distribute(const std::vector<Budget>& budgets, Accounts& accounts);
  absl::Status ChangeIn(int shard, const std::vector<AllowanceChange>& dropped,
                        std::vector<Plan>& plans, Accounts& accounts);
  /// In all shards, as was last seen.
  std::int64_t LeftOf(const std::string& budget_id) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Keep(std::vector<Budget> budgets, Accounts accounts) ABSL_LOCKS_EXCLUDED(mutex_);

  BudgetSource& source_;
  BudgetAccounts& accounts_;
  const EndpointCatalog& catalog_;
  const ShardLeader& leader_;
  const absl::Duration lease_;  // That claims ask for.
  std::int64_t round_ = 0;      // Refresh's own: how often it has shared out.

  mutable Mutex mutex_;
  bool loaded_ ABSL_GUARDED_BY(mutex_) = false;  // From metering or, without it, the accounts.
  std::map<std::string, std::vector<Budget>> budgets_ ABSL_GUARDED_BY(mutex_);  // By project.
  Accounts seen_ ABSL_GUARDED_BY(mutex_);
  /// Quotas of GPUs of which jobs wait for a part, by shard, since the last round.
  mutable std::map<int, std::set<std::string>> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::scheduler
