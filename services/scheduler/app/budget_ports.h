// What budgets need of the world: clients/ asks metering, storage/ keeps accounts beside the
// queue; tests/support has both in memory.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/scheduler/domain/budget.h"

namespace furnace::scheduler {

/// Metering's budgets. Blocks.
class BudgetSource {
 public:
  virtual ~BudgetSource() = default;

  /// Those with a hard stop, with what is recorded now.
  virtual absl::StatusOr<std::vector<Budget>> HardBudgets() = 0;
};

/// An account as it is stored.
struct StoredAccount {
  BudgetAccount account;
  std::int64_t sequence = 0;  // Rises with each fence and change.
  bool wanted = false;        // See BudgetShare; so the next.
  bool asked = false;
  std::string definition;  // See EncodeBudget; empty: dropped.
};

/// A change of an account, or of none so far.
struct AllowanceChange {
  std::string budget_id;
  std::int64_t sequence = 0;  // As it was read; 0: there was none.
  absl::Time window;          // When it is a later one, the account begins anew in it.
  /// Of what is left; below zero takes back no more than there is, but of a quota of GPUs.
  std::int64_t change = 0;
  /// Empty: the account is dropped. While leases hold some of it, or something is pending, it
  /// stays, without a limit, and is to be dropped again.
  std::string definition;
};

/// The accounts of budgets in each shard of the queue. Blocks. Errors of all: those of
/// JobQueue.
class BudgetAccounts {
 public:
  virtual ~BudgetAccounts() = default;

  /// By budget id. With `fence`, changes by who has read before are refused from now on.
  virtual absl::StatusOr<std::map<std::string, StoredAccount>> Read(int shard, bool fence) = 0;

  /// Jobs wait for these: accounts that there are have been asked, see BudgetShare.
  virtual absl::Status Ask(int shard, const std::vector<std::string>& budget_ids) = 0;

  /// For each change what it came to; nullopt: refused, for somebody else has read or changed
  /// the account since.
  virtual absl::StatusOr<std::vector<std::optional<std::int64_t>>> Change(
      int shard, const std::vector<AllowanceChange>& changes) = 0;
};

}  // namespace furnace::scheduler
