// A project's quota of GPUs. It is kept as budgets are (budget.h): shards have accounts, of which
// leases hold their workers' GPUs. Nothing of it is ever spent, so what an account has for its
// leases and what they hold of it, together its part, changes only as parts are shared out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "services/scheduler/domain/budget.h"

namespace furnace::scheduler {

/// The quota as a budget.
Budget GpuQuota(const std::string& project_id, std::int64_t gpus);

/// What may be left in each account. While nobody asks for more, each keeps its part, and what
/// is free is dealt out to all. Else it goes to those who ask: the others are left what they
/// hold, but no more than a fair part, in lots of what a lease there takes. Below zero: so many
/// GPUs are not for the account's next leases, once those that have them end.
///
/// Where there is less than a lot for each, some are dealt none: those differ from `turn` to
/// turn.
std::vector<std::int64_t> ShareOutGpus(const Budget& quota, const std::vector<BudgetShare>& shares,
                                       std::int64_t turn);

}  // namespace furnace::scheduler
