#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/scheduler/app/budget_ports.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Of each only what an attempt costs whatever it takes.
std::vector<BudgetRate> WithoutGpuTime(std::vector<BudgetRate> rates);

/// What MemoryJobQueue knows of budgets: accounts by shard, and what leases hold of them. Not
/// thread-safe.
class MemoryBudgets {
 public:
  /// Whether a worker's next lease may be given.
  bool HaveLeft(int shard, const std::vector<BudgetRate>& rates, const WorkerOnGpu& worker,
                absl::Time now, absl::Time till);
  void Take(const Job& job, int shard, const std::vector<BudgetRate>& rates, absl::Time till);
  /// Whether the lease may go on until `till`, and holds what that costs.
  bool Extend(const Job& job, int shard, absl::Time now, absl::Time till);
  void Settle(const JobEvent& event, int shard);
  /// Of a part: what it costs is held no more.
  void SettlePart(const JobEvent& event, int shard);
  void Forget(const std::string& event_id, int shard);

  std::map<std::string, StoredAccount> Read(int shard, bool fence, absl::Time now);
  void Ask(int shard, const std::string& budget_id, absl::Time now);
  std::optional<std::int64_t> Change(int shard, const AllowanceChange& change);

 private:
  struct Account {
    bool dropped() const { return stored.definition.empty(); }

    StoredAccount stored;
    absl::Time asked = absl::InfinitePast();
    absl::Time later_window = absl::InfinitePast();
    std::int64_t later = 0;  // Pending there.
  };
  struct Owed {
    std::string budget_id;
    absl::Time window;
    std::int64_t amount = 0;
  };

  /// What something that has cost something also costs in a window to come.
  std::optional<Owed> OweLater(const BudgetHold& hold, int gpus, absl::Time start, absl::Time end,
                               Account& account);
  Account* Find(int shard, const std::string& budget_id);
  void Drop(int shard, const std::string& budget_id, Account& account);
  /// Whether there is nothing left, or less than `least`.
  bool IsSpent(int shard, const std::string& budget_id, std::int64_t least, absl::Time now);

  std::map<int, std::map<std::string, Account>> accounts_;
  std::map<std::string, std::vector<BudgetHold>> holds_;  // By job.
  std::map<std::string, std::vector<Owed>> owed_;         // By event.
};

class MemoryJobQueue;

/// The accounts of a queue in memory. Thread-safe.
class MemoryBudgetAccounts final : public BudgetAccounts {
 public:
  explicit MemoryBudgetAccounts(MemoryJobQueue& queue) : queue_(queue) {}

  absl::StatusOr<std::map<std::string, StoredAccount>> Read(int shard, bool fence) override;
  absl::Status Ask(int shard, const std::vector<std::string>& budget_ids) override;
  absl::StatusOr<std::vector<std::optional<std::int64_t>>> Change(
      int shard, const std::vector<AllowanceChange>& changes) override;

 private:
  MemoryJobQueue& queue_;
};

}  // namespace furnace::scheduler
