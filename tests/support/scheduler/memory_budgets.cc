#include "tests/support/scheduler/memory_budgets.h"

#include <algorithm>
#include <utility>

#include "services/scheduler/domain/shard.h"
#include "tests/support/scheduler/memory_job_queue.h"

namespace furnace::scheduler {
namespace {

constexpr absl::Duration kWanted = absl::Seconds(5);

}  // namespace

std::vector<BudgetRate> WithoutGpuTime(std::vector<BudgetRate> rates) {
  for (BudgetRate& rate : rates) {
    rate.gpu_second.clear();
    rate.other_gpu_second = 0;
  }
  return rates;
}

MemoryBudgets::Account* MemoryBudgets::Find(int shard, const std::string& budget_id) {
  const auto found = accounts_[shard].find(budget_id);
  return found == accounts_[shard].end() ? nullptr : &found->second;
}

bool MemoryBudgets::IsSpent(int shard, const std::string& budget_id, std::int64_t least,
                            absl::Time now) {
  Account* const account = Find(shard, budget_id);
  if (account == nullptr || account->dropped()) return false;
  const std::int64_t left = account->stored.account.left;
  if (left > 0 && left >= least) return false;
  account->asked = now;
  return true;
}

bool MemoryBudgets::HaveLeft(int shard, const std::vector<BudgetRate>& rates,
                             const WorkerOnGpu& worker, absl::Time now, absl::Time till) {
  return std::none_of(rates.begin(), rates.end(), [&](const BudgetRate& rate) {
    const Account* const account = Find(shard, rate.budget_id);
    if (account == nullptr || account->dropped()) return true;
    const BudgetHold hold{.budget_id = rate.budget_id,
                          .fixed = rate.fixed,
                          .gpu_second = rate.GpuSecond(worker.gpu_type)};
    return IsSpent(shard, rate.budget_id, AmountOf(hold, worker.gpu_count, now, till), now);
  });
}

void MemoryBudgets::Take(const Job& job, int shard, const std::vector<BudgetRate>& rates,
                         absl::Time till) {
  for (const BudgetRate& rate : rates) {
    BudgetHold hold{.budget_id = rate.budget_id,
                    .fixed = rate.fixed,
                    .gpu_second = rate.GpuSecond(job.gpu_type)};
    ExtendHold(job.gpu_count, *job.started_at, till, Find(shard, rate.budget_id)->stored.account,
               hold);
    holds_[job.id].push_back(std::move(hold));
  }
}

bool MemoryBudgets::Extend(const Job& job, int shard, absl::Time now, absl::Time till) {
  const auto held = holds_.find(job.id);
  if (held == holds_.end()) return true;
  for (const BudgetHold& hold : held->second) {
    const Account* const account = Find(shard, hold.budget_id);
    if (account == nullptr || IsGpuQuota(hold.budget_id)) continue;
    BudgetAccount after = account->stored.account;
    BudgetHold longer = hold;
    ExtendHold(job.gpu_count, std::max(*job.started_at, job.reported.until), till, after, longer);
    const std::int64_t costs = account->stored.account.left - after.left;
    if (costs > 0 && IsSpent(shard, hold.budget_id, costs, now)) return false;
  }
  for (BudgetHold& hold : held->second) {
    Account* const account = Find(shard, hold.budget_id);
    if (account == nullptr) continue;
    ExtendHold(job.gpu_count, std::max(*job.started_at, job.reported.until), till,
               account->stored.account, hold);
  }
  return true;
}

void MemoryBudgets::Settle(const JobEvent& event, int shard) {
  const auto held = holds_.extract(event.job_id);
  if (held.empty()) return;
  const AttemptEnd& end = *event.attempt_end;
  const absl::Time start = std::max(end.start, end.reported.until);
  for (const BudgetHold& hold : held.mapped()) {
    Account* const account = Find(shard, hold.budget_id);
    if (account == nullptr) continue;
    const std::int64_t cost =
        SettleHold(hold, end.worker.gpu_count, start, std::max(start, end.end),
                   !IsPlatformFault(end.cause), account->stored.account);
    std::vector<Owed>& owed = owed_[event.event_id];
    owed.push_back({hold.budget_id, account->stored.account.window, cost});
    if (cost == 0) continue;
    const auto later = OweLater(hold, end.worker.gpu_count, start, end.end, *account);
    if (later) owed.push_back(*later);
  }
}

void MemoryBudgets::SettlePart(const JobEvent& event, int shard) {
  const AttemptPart& each = *event.part;
  const auto held = holds_.find(each.lease.job_id);
  if (held == holds_.end()) return;
  const int gpus = each.worker.gpu_count;
  for (BudgetHold& hold : held->second) {
    Account* const account = Find(shard, hold.budget_id);
    if (account == nullptr) continue;
    const std::int64_t cost =
        scheduler::SettlePart(gpus, each.part.start, each.part.end, account->stored.account, hold);
    if (cost == 0) continue;
    std::vector<Owed>& owed = owed_[event.event_id];
    owed.push_back({hold.budget_id, account->stored.account.window, cost});
    BudgetHold time_only = hold;
    time_only.fixed = 0;
    // Up to the last microsecond of the part: one that ends with a window is not in the next.
    const auto later =
        OweLater(time_only, gpus, each.part.start, each.part.end - absl::Microseconds(1), *account);
    if (later) owed.push_back(*later);
  }
}

std::optional<MemoryBudgets::Owed> MemoryBudgets::OweLater(const BudgetHold& hold, int gpus,
                                                           absl::Time start, absl::Time end,
                                                           Account& account) {
  const auto budget = DecodeBudget(hold.budget_id, account.stored.definition);
  if (!budget) return std::nullopt;
  const auto later = LaterWindow(account.stored.account, budget->window_end, end);
  if (!later || *later < account.later_window) return std::nullopt;
  if (*later != account.later_window) account.later = 0;
  account.later_window = *later;
  const std::int64_t cost = CostOf(hold.fixed, hold.gpu_second, gpus, std::max(start, *later), end);
  account.later += cost;
  return Owed{hold.budget_id, *later, cost};
}

void MemoryBudgets::Forget(const std::string& event_id, int shard) {
  const auto owed = owed_.extract(event_id);
  if (owed.empty()) return;
  for (const Owed& each : owed.mapped()) {
    Account* const account = Find(shard, each.budget_id);
    if (account == nullptr) continue;
    if (account->stored.account.window == each.window) {
      account->stored.account.pending -= each.amount;
    } else if (account->later_window == each.window) {
      account->later -= each.amount;
    }
  }
}

std::map<std::string, StoredAccount> MemoryBudgets::Read(int shard, bool fence, absl::Time now) {
  std::map<std::string, StoredAccount> read;
  for (auto& [id, account] : accounts_[shard]) {
    account.stored.sequence += fence ? 1 : 0;
    account.stored.asked = now - account.asked < kWanted;
    account.stored.wanted = account.stored.account.held > 0 || account.stored.asked;
    read[id] = account.stored;
  }
  return read;
}

void MemoryBudgets::Ask(int shard, const std::string& budget_id, absl::Time now) {
  Account* const account = Find(shard, budget_id);
  if (account != nullptr) account->asked = now;
}

void MemoryBudgets::Drop(int shard, const std::string& budget_id, Account& account) {
  BudgetAccount& stored = account.stored.account;
  if (stored.held == 0 && stored.pending == 0) {
    accounts_[shard].erase(budget_id);
    return;
  }
  stored.left = 0;
  ++account.stored.sequence;
  account.stored.definition.clear();
}

std::optional<std::int64_t> MemoryBudgets::Change(int shard, const AllowanceChange& change) {
  Account* const found = Find(shard, change.budget_id);
  if ((found == nullptr ? 0 : found->stored.sequence) != change.sequence) return std::nullopt;
  if (change.definition.empty()) {
    if (found != nullptr) Drop(shard, change.budget_id, *found);
    return 0;
  }
  if (found != nullptr && change.window < found->stored.account.window) return std::nullopt;
  Account& account = accounts_[shard][change.budget_id];
  StoredAccount& stored = account.stored;
  if (stored.account.window != change.window) {
    const bool known = account.later_window == change.window;
    stored.account = {.window = change.window, .pending = known ? account.later : 0};
    account.later_window = absl::InfinitePast();
  }
  const std::int64_t left = std::max<std::int64_t>(0, stored.account.left);
  const std::int64_t made =
      IsGpuQuota(change.budget_id) ? change.change : std::max(change.change, -left);
  stored.account.left += made;
  stored.sequence = change.sequence + 1;
  stored.definition = change.definition;
  return made;
}

absl::StatusOr<std::map<std::string, StoredAccount>> MemoryBudgetAccounts::Read(int shard,
                                                                                bool fence) {
  MutexLock lock(queue_.mutex_);
  return queue_.budgets_.Read(shard, fence, queue_.clock_.Now());
}

absl::Status MemoryBudgetAccounts::Ask(int shard, const std::vector<std::string>& budget_ids) {
  MutexLock lock(queue_.mutex_);
  for (const std::string& id : budget_ids) queue_.budgets_.Ask(shard, id, queue_.clock_.Now());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::optional<std::int64_t>>> MemoryBudgetAccounts::Change(
    int shard, const std::vector<AllowanceChange>& changes) {
  MutexLock lock(queue_.mutex_);
  std::vector<std::optional<std::int64_t>> made;
  for (const AllowanceChange& change : changes) {
    made.push_back(queue_.budgets_.Change(shard, change));
  }
  return made;
}

// The queue's renewals.
void MemoryJobQueue::Renew(int shard, std::vector<Renewal> renewals, absl::Duration lease,
                           Done<std::vector<LeaseId>> done) {
  if (auto failure = Begin(QueueCall::kRenew)) return done(*failure);
  std::vector<LeaseId> lost;
  {
    MutexLock lock(mutex_);
    for (const Renewal& renewal : renewals) {
      const LeaseId& id = renewal.lease;
      const bool holds = HoldsLocked(id) && ShardOfJob(id.job_id) == shard;
      if (!holds || !RenewLocked(renewal, lease)) lost.push_back(id);
    }
  }
  Answer<std::vector<LeaseId>>(QueueCall::kRenew, std::move(done), std::move(lost));
}

bool MemoryJobQueue::RenewLocked(const Renewal& renewal, absl::Duration lease) {
  const absl::Time now = clock_.Now();
  const LeaseId& id = renewal.lease;
  Entry& entry = jobs_[id.job_id];
  ReportPartsLocked(entry, renewal.waited);
  const Job& job = entry.record.job;
  if (budgets_.Extend(job, ShardOfJob(id.job_id), now, now + lease)) {
    entry.deadline = now + lease;
    return true;
  }
  if (entry.deadline - now > lease / 2) return true;
  const bool never_began = renewal.waited == absl::InfiniteDuration() && job.reported.count == 0;
  SettleLocked({.lease = id,
                .outcome = {.cause = never_began ? FailureCause::kPlatform : FailureCause::kBudget,
                            .error = "stopped: a budget is spent",
                            .never_began = never_began}});
  return false;
}

void MemoryJobQueue::ReportPartsLocked(Entry& entry, std::optional<absl::Duration> waited) {
  Job& job = entry.record.job;
  const bool has_begun = waited && *waited != absl::InfiniteDuration();
  if (entry.covered || (!has_begun && job.reported.count == 0)) return;
  const absl::Duration before_start = has_begun ? *waited : absl::ZeroDuration();
  for (const LeasePart& part : TakeParts(job, before_start, clock_.Now(), slice_)) {
    AttemptPart each{
        .lease = {.job_id = job.id, .epoch = job.attempt},
        .project_id = job.project_id,
        .endpoint_id = job.endpoint_id,
        .worker = {.worker_id = job.worker_id,
                   .gpu_type = job.gpu_type,
                   .gpu_count = job.gpu_count,
                   .cold_start = part.number == 1 ? job.cold_start : absl::ZeroDuration()},
        .part = part,
        .attribution = job.attribution};
    JobEvent event{.event_id = std::to_string(next_event_++), .job_id = {}, .attempt_end = {}};
    event.part = std::move(each);
    budgets_.SettlePart(event, ShardOfJob(job.id));
    events_[ShardOfJob(job.id)].push_back(std::move(event));
  }
}

}  // namespace furnace::scheduler
