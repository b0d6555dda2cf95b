#include "tests/support/metering_memory_credits.h"

#include <algorithm>
#include <set>
#include <utility>

#include "libs/common/base/status.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {

absl::StatusOr<GrantState> MemoryCreditStore::CreateGrant(const Grant& grant) {
  MutexLock lock(mutex_);
  int count = 0;
  for (const auto& [id, state] : grants_) {
    if (state.grant.project_id != grant.project_id) continue;
    ++count;
    if (!grant.idempotency_key.empty() && state.grant.idempotency_key == grant.idempotency_key) {
      return state;
    }
  }
  if (count >= kMaxGrantsOfProject) return absl::ResourceExhaustedError("too many grants");
  GrantState& state = grants_[grant.id];
  state.grant = grant;
  state.left = FromNanos(grant.amount_nanos);
  return state;
}

absl::StatusOr<std::vector<GrantState>> MemoryCreditStore::Grants(const std::string& project_id) {
  MutexLock lock(mutex_);
  std::vector<GrantState> states;
  for (const auto& [id, state] : grants_) {
    if (state.grant.project_id == project_id) states.push_back(state);
  }
  return states;
}

absl::StatusOr<GrantState> MemoryCreditStore::VoidGrant(const std::string& grant_id,
                                                        const std::string&, std::int64_t) {
  MutexLock lock(mutex_);
  const auto found = grants_.find(grant_id);
  if (found == grants_.end()) return absl::NotFoundError("no such grant");
  GrantState& state = found->second;
  state.voided.value += std::exchange(state.left.value, 0);
  return state;
}

absl::StatusOr<std::optional<PeriodCommit>> MemoryCreditStore::FindCommit(
    const std::string& project_id, Span period) {
  MutexLock lock(mutex_);
  for (const PeriodCommit& commit : commits_) {
    if (commit.project_id == project_id && commit.period == period) return commit;
  }
  return std::nullopt;
}

absl::Status MemoryCreditStore::Commit(const PeriodCommit& commit, std::int64_t) {
  MutexLock lock(mutex_);
  for (const PeriodCommit& known : commits_) {
    if (known.project_id == commit.project_id && known.period == commit.period) {
      return absl::AlreadyExistsError("the period is committed");
    }
  }
  for (const GrantUse& use : commit.uses) {
    const auto found = grants_.find(use.grant_id);
    if (found == grants_.end() || found->second.grant.project_id != commit.project_id ||
        found->second.left.value < use.amount.value) {
      return absl::AbortedError("a grant has less left than is to be used");
    }
  }
  for (const GrantUse& use : commit.uses) {
    GrantState& state = grants_[use.grant_id];
    state.left.value -= use.amount.value;
    state.used.value += use.amount.value;
  }
  for (auto& [id, state] : grants_) {
    if (state.grant.project_id != commit.project_id ||
        state.grant.valid.end_us > commit.period.end_us) {
      continue;
    }
    state.expired.value += std::exchange(state.left.value, 0);
  }
  PeriodCommit& stored = commits_.emplace_back(commit);
  std::sort(stored.uses.begin(), stored.uses.end(), [](const GrantUse& one, const GrantUse& other) {
    return one.grant_id < other.grant_id;
  });
  return absl::OkStatus();
}

absl::Status MemorySubsidyStore::AddAttributes(const ProjectAttributes& attributes) {
  MutexLock lock(mutex_);
  attributes_.push_back(attributes);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ProjectAttributes>> MemorySubsidyStore::ListAttributes(
    const std::string& project_id, std::optional<std::int64_t> at_us, int limit) {
  MutexLock lock(mutex_);
  std::vector<ProjectAttributes> list;
  for (auto one = attributes_.rbegin(); one != attributes_.rend(); ++one) {
    if (one->project_id == project_id && (!at_us || one->effective_from_us <= *at_us)) {
      list.push_back(*one);
    }
  }
  std::stable_sort(list.begin(), list.end(), [](const auto& one, const auto& other) {
    return one.effective_from_us > other.effective_from_us;
  });
  if (list.size() > static_cast<std::size_t>(limit)) list.resize(static_cast<std::size_t>(limit));
  return list;
}

absl::StatusOr<std::int64_t> MemorySubsidyStore::AddPolicy(const Policy& policy, std::int64_t) {
  MutexLock lock(mutex_);
  policies_.push_back(policy);
  policies_.back().version = static_cast<std::int64_t>(policies_.size());
  return policies_.back().version;
}

absl::StatusOr<std::vector<Policy>> MemorySubsidyStore::PoliciesAt(std::int64_t at_us) {
  MutexLock lock(mutex_);
  std::map<std::string, Policy> latest;
  for (const Policy& policy : policies_) {
    if (policy.effective_from_us > at_us) continue;
    const auto [known, is_new] = latest.emplace(policy.award.policy, policy);
    if (!is_new && policy.effective_from_us >= known->second.effective_from_us) {
      known->second = policy;
    }
  }
  std::vector<Policy> policies;
  for (const auto& [name, policy] : latest) policies.push_back(policy);
  std::sort(policies.begin(), policies.end(), IsAppliedBefore);
  return policies;
}

absl::StatusOr<std::vector<std::string>> MemorySubsidyStore::PolicyNames() {
  MutexLock lock(mutex_);
  std::set<std::string> names;
  for (const Policy& policy : policies_) names.insert(policy.award.policy);
  return std::vector<std::string>(names.begin(), names.end());
}

absl::StatusOr<std::int64_t> MemorySubsidyStore::RecordDecision(const SubsidyDecision& decision) {
  MutexLock lock(mutex_);
  decisions_.push_back(decision);
  decisions_.back().id = static_cast<std::int64_t>(decisions_.size());
  return decisions_.back().id;
}

absl::StatusOr<std::optional<SubsidyDecision>> MemorySubsidyStore::LastDecision(
    const std::string& project_id, Span period) {
  MutexLock lock(mutex_);
  for (auto one = decisions_.rbegin(); one != decisions_.rend(); ++one) {
    if (one->project_id == project_id && one->period == period) return *one;
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<SubsidyDecision>> MemorySubsidyStore::ListDecisions(
    const std::string& project_id, std::int64_t before, int limit) {
  MutexLock lock(mutex_);
  std::vector<SubsidyDecision> list;
  for (auto one = decisions_.rbegin(); one != decisions_.rend(); ++one) {
    if (list.size() == static_cast<std::size_t>(limit)) break;
    if (one->project_id == project_id && one->id < before) list.push_back(*one);
  }
  return list;
}

Charge GpuTimeCharge(const std::string& endpoint_id, const std::string& gpu_type,
                     std::int64_t price_nanos, std::int64_t gpu_seconds) {
  const std::int64_t gpu_milli_us = gpu_seconds * kSecondUs * kMilliGpus;
  return {.endpoint_id = endpoint_id,
          .gpu_type = gpu_type,
          .price_nanos = price_nanos,
          .quantity = gpu_milli_us,
          .amount = GpuCharge(price_nanos, gpu_milli_us)};
}

Grant AGrant(const std::string& project_id, std::int64_t amount_nanos) {
  return {.id = NewId(),
          .project_id = project_id,
          .amount_nanos = amount_nanos,
          .valid = {kTenUs, kTenUs + 365 * kDayUs},
          .reason = "a test",
          .created_us = kTenUs};
}

}  // namespace furnace::metering
