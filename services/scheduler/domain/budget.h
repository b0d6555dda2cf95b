// Budgets with a hard stop: what running jobs hold of them. The Lua scripts do the same to what
// Redis holds (lua/lib/budgets.lua); docs/budgets.md explains it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace furnace::scheduler {

/// In what a budget's limit is. Numbers as furnace.internal.v1.BudgetUnit, which lacks the last:
/// GPUs at a time, see gpu_quota.h.
enum class BudgetUnit { kNanoUsd = 1, kGpuTimeUs = 2, kGpus = 3 };

/// How ids of quotas of GPUs begin; lua/lib/budgets.lua knows it, too.
inline constexpr std::string_view kGpuQuotaPrefix = "gpus:";

inline bool IsGpuQuota(std::string_view budget_id) {
  return budget_id.starts_with(kGpuQuotaPrefix);
}

/// What a project pays for attempts, in nano-dollars.
struct RateCard {
  std::map<std::string, std::int64_t> gpu_second;  // By GPU type; those that have a price.
  std::int64_t invocation = 0;
};

/// A budget with a hard stop in its present window.
struct Budget {
  std::string id = {};
  std::string project_id = {};
  std::string endpoint_id = {};  // Empty: all of the project's.
  std::string name = {};
  BudgetUnit unit = BudgetUnit::kNanoUsd;
  std::int64_t limit = 0;
  std::int64_t spent = 0;  // As metering has recorded.
  absl::Time window_start = absl::UnixEpoch();
  absl::Time window_end = absl::InfiniteFuture();
  std::shared_ptr<const RateCard> rates = nullptr;  // nullptr: not known, or not in money.
  std::string api_key_id = {};                      // Empty: of whoever submits the jobs.

  /// Whether it is for jobs of an endpoint, at least for those of some API key.
  bool Covers(std::string_view project, std::string_view endpoint) const {
    return project_id == project && (endpoint_id.empty() || endpoint_id == endpoint);
  }
  /// Whether it is for jobs that come with this API key; none: for all that it covers.
  bool CoversKey(std::string_view api_key) const {
    return api_key_id.empty() || api_key_id == api_key;
  }
  friend bool operator==(const Budget&, const Budget&) = default;
};

/// What an attempt costs in a budget's unit.
struct BudgetRate {
  std::string budget_id = {};
  std::int64_t fixed = 0;                          // Whatever it takes.
  std::map<std::string, std::int64_t> gpu_second;  // By GPU type.
  std::int64_t other_gpu_second = 0;               // Of GPU types that are not there.
  std::string api_key_id = {};                     // Only of jobs that come with it; empty: of all.

  std::int64_t GpuSecond(const std::string& gpu_type) const {
    const auto found = gpu_second.find(gpu_type);
    return found == gpu_second.end() ? other_gpu_second : found->second;
  }
  friend bool operator==(const BudgetRate&, const BudgetRate&) = default;
};

/// A shard's part of a budget in one window: what may still be taken there, what leases hold,
/// and what attempts cost that have ended and that metering may not know of.
///
/// In a window `held` is the sum of the holds of live leases. `left` + `held` + `pending` changes
/// only by allowances, and as metering has recorded what was pending: no cost is in none of
/// these and not recorded.
struct BudgetAccount {
  absl::Time window = absl::UnixEpoch();
  /// Below zero: an attempt cost more than it held, or a quota of GPUs that leases hold was
  /// lowered.
  std::int64_t left = 0;
  std::int64_t held = 0;
  std::int64_t pending = 0;

  friend bool operator==(const BudgetAccount&, const BudgetAccount&) = default;
};

/// What a lease holds of an account.
struct BudgetHold {
  std::string budget_id = {};
  std::int64_t fixed = 0;
  std::int64_t gpu_second = 0;
  absl::Time window = absl::UnixEpoch();
  std::int64_t amount = 0;
};

/// What `gpus` cost from one time to another, rounded up.
std::int64_t CostOf(std::int64_t fixed, std::int64_t gpu_second, int gpus, absl::Time from,
                    absl::Time till);

/// What a lease holds from one time to another: what it costs; of a quota of GPUs, these.
std::int64_t AmountOf(const BudgetHold& hold, int gpus, absl::Time from, absl::Time till);

/// Lets a lease that started at `start` hold what it costs until `till`.
void ExtendHold(int gpus, absl::Time start, absl::Time till, BudgetAccount& account,
                BudgetHold& hold);

/// Ends a hold, for an attempt that ran from `start` to `end`: what it costs in the account's
/// window, which is pending from now on.
std::int64_t SettleHold(const BudgetHold& hold, int gpus, absl::Time start, absl::Time end,
                        bool billed, BudgetAccount& account);

/// Lets a lease that goes on hold no more what its part from `start` to `end` costs: that is
/// pending from now on. What it costs in the account's window.
std::int64_t SettlePart(int gpus, absl::Time start, absl::Time end, BudgetAccount& account,
                        BudgetHold& hold);

/// The start of the window that `at` lies in, when that is after the account's, which ends at
/// `end`; nullopt: it is not. Windows are taken to be as long as the account's.
std::optional<absl::Time> LaterWindow(const BudgetAccount& account, absl::Time end, absl::Time at);

/// An account with what asks for more of it.
struct BudgetShare {
  int shard = 0;
  BudgetAccount account = {};
  bool wanted = false;     // Leases hold some, or jobs have found too little left.
  std::int64_t lease = 0;  // What a new lease there costs at most; 0: not known.
  bool asked = false;      // Jobs have found too little left.
};

/// What may be left in each account: what the limit leaves, shared out among those that want
/// it, with a little for the others, so that they can begin. When that is too little for a new
/// lease wherever one is wanted, it is put together for the first of them that it is enough for.
/// Accounts of windows before the budget's count nothing.
std::vector<std::int64_t> ShareOut(const Budget& budget, const std::vector<BudgetShare>& shares);

/// What is neither spent nor held, pending or left in an account. Below zero: nothing.
std::int64_t FreeOf(const Budget& budget, const std::vector<BudgetShare>& shares);

/// A budget but for its limit, its rates and what is spent, as text and back; nullopt for other
/// text.
std::string EncodeBudget(const Budget& budget);
std::optional<Budget> DecodeBudget(std::string_view id, std::string_view text);

}  // namespace furnace::scheduler
