// Random histories of leases over many hours: renewals, waits, ends, losses, cancels, clocks that
// pass hours at once. Whatever happens, the parts and the end of each attempt are the attempt, and
// no budget loses or gains anything.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/contract/scheduler/part_contract.h"
#include "tests/integration/scheduler/model_settings.h"

namespace furnace::scheduler {

template <typename Backend>
class PartProperty : public PartContract<Backend> {
 protected:
  static constexpr std::int64_t kMuch = 1'000'000'000'000;

  int Random(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }

  BudgetAccount Account() {
    return this->backend_.budgets().Read(this->shard(), false).value()[budget_].account;
  }

  void Open() {
    ASSERT_TRUE(this->backend_.budgets()
                    .Change(this->shard(), {{.budget_id = budget_,
                                             .sequence = 0,
                                             .window = absl::FromUnixSeconds(1'600'000'000),
                                             .change = kMuch,
                                             .definition = "d"}})
                    .ok());
  }

  void Claim() {
    if (leases_.size() >= 4) return;
    this->SubmitOne(/*max_retries=*/100);
    const Claimed claimed = JobQueueContract<Backend>::Claim(
        {.endpoint_id = this->endpoint_,
         .workers = {{.worker = AWorker(), .jobs = 1}},
         .lease = absl::Hours(1),
         .budgets = {{.budget_id = budget_, .fixed = 3, .other_gpu_second = 1'000'000}}});
    for (const ClaimedJob& job : claimed.jobs) leases_.push_back({job.lease, RandomWait()});
  }

  // For how long the handler let it wait, in the end.
  absl::Duration RandomWait() {
    return Random(3) == 0 ? absl::Microseconds(Random(40'000)) : absl::ZeroDuration();
  }

  void Renew() {
    std::vector<Renewal> renewals;
    for (const auto& [lease, waited] : leases_) {
      const absl::Duration age = this->backend_.Now() - *this->Get(lease.job_id).started_at;
      Renewal renewal{.lease = lease, .waited = waited > age ? absl::InfiniteDuration() : waited};
      if (Random(4) == 0) renewal.waited.reset();
      for (int copies = 1 + Random(2); copies > 0; --copies) renewals.push_back(renewal);
    }
    std::shuffle(renewals.begin(), renewals.end(), random_);
    EXPECT_TRUE(this->RenewAs(std::move(renewals), absl::Hours(1)).empty());
  }

  void EndOne() {
    if (leases_.empty()) return;
    const auto which = leases_.begin() + Random(static_cast<int>(leases_.size()));
    const auto [lease, waited] = *which;
    leases_.erase(which);
    switch (Random(5)) {
      case 0: this->Settle(lease, this->Failure(FailureCause::kPlatform)); break;
      case 1: this->Settle(lease, this->Failure(FailureCause::kTimeout)); break;
      case 2: this->Cancel(lease.job_id, this->project_); break;
      case 3:
        this->RenewAs({{.lease = lease, .waited = waited}}, absl::Microseconds(1));
        this->PassTime(absl::Microseconds(5));
        this->SweepOne(lease.job_id);
        break;
      default: {
        Outcome outcome = this->Success();
        outcome.waited = waited;
        this->Settle(lease, outcome);
        break;
      }
    }
  }

  // As a relay does: what was read before is read again when the relay died over it.
  void Relay() {
    auto read = this->log().ReadEvents({this->shard()}, 1 + Random(20)).value();
    std::vector<std::string> ids;
    for (JobEvent& event : read[this->shard()]) {
      if (event.part) parts_[event.part->lease][event.part->part.number] = *event.part;
      if (event.attempt_end) ends_[event.attempt_end->lease] = *event.attempt_end;
      ids.push_back(event.event_id);
    }
    if (!ids.empty() && Random(3) > 0) {
      ASSERT_TRUE(this->log().Forget(this->shard(), ids, {}).ok());
    }
  }

  bool IsEmpty() {
    return this->log().ReadEvents({this->shard()}, 1).value()[this->shard()].empty();
  }

  void CheckAll() {
    std::size_t long_ones = 0;
    for (const auto& [lease, end] : ends_) {
      std::vector<AttemptPart> parts;
      for (const auto& [number, part] : parts_[lease]) parts.push_back(part);
      this->CheckWhole(parts, end);
      long_ones += parts.size() > 1 ? 1 : 0;
    }
    EXPECT_GT(long_ones, 0U);
  }

  const std::uint64_t seed_ = SeedFromEnvironment();
  std::mt19937_64 random_{seed_};
  const std::string budget_ = NewId();
  std::vector<std::pair<LeaseId, absl::Duration>> leases_;
  std::map<LeaseId, std::map<int, AttemptPart>> parts_;
  std::map<LeaseId, AttemptEnd> ends_;
};
TYPED_TEST_SUITE_P(PartProperty);

TYPED_TEST_P(PartProperty, PartsAndEndsAreTheAttemptsWhateverHappens) {
  const int operations = std::min(OperationsFromEnvironment() / 10, 20'000);
  std::cout << "seed " << this->seed_ << ", " << operations
            << " operations (FURNACE_TEST_SEED, FURNACE_TEST_OPERATIONS)\n";
  this->Open();
  for (int i = 0; i < operations && !this->HasFailure(); ++i) {
    switch (this->Random(8)) {
      case 0: this->Claim(); break;
      case 1:
      case 2: this->Renew(); break;
      case 3: this->EndOne(); break;
      case 4: this->Relay(); break;
      default: this->PassTime(absl::Microseconds(this->Random(12'000))); break;
    }
    const BudgetAccount account = this->Account();
    ASSERT_GE(account.held, 0);
    ASSERT_GE(account.pending, 0);
  }
  while (!this->leases_.empty() && !this->HasFailure()) this->EndOne();
  EXPECT_EQ(this->Account().held, 0);
  while (!this->IsEmpty() && !this->HasFailure()) this->Relay();
  EXPECT_EQ(this->Account().pending, 0);
  this->CheckAll();
}

REGISTER_TYPED_TEST_SUITE_P(PartProperty, PartsAndEndsAreTheAttemptsWhateverHappens);

}  // namespace furnace::scheduler
