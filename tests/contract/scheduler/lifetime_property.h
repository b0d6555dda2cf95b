// Random histories of workers: what is billed of them is what a reference says that has only
// seen the calls and their times. Where the clock stands still during calls it says so to the
// microsecond, and else within what the calls took.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/contract/scheduler/lifetime_contract.h"
#include "tests/integration/scheduler/model_settings.h"

namespace furnace::scheduler {

/// An instant that is known to lie between two others.
struct Between {
  absl::Time first;
  absl::Time last;
};

/// What is known of a worker from the calls that were made.
struct ReferenceWorker {
  std::optional<Between> begun;  // Of the lifetime that goes on; nullopt: it has none.
  Between lasts;                 // At least until then, unless it covers.
  std::vector<LeaseId> leases;
  // Of lifetimes that are over: the least and the most that they can have lasted.
  absl::Duration least;
  absl::Duration most;

  void Close() {
    least += std::max(absl::ZeroDuration(), lasts.first - begun->last);
    most += std::max(absl::ZeroDuration(), lasts.last - begun->first);
    begun.reset();
  }
  void LastAtLeast(Between end) {
    lasts = {std::max(lasts.first, end.first), std::max(lasts.last, end.last)};
  }
};

template <typename Backend>
class LifetimeProperty : public LifetimeContract<Backend> {
 protected:
  static constexpr absl::Duration kLapse = absl::Milliseconds(15);

  int Random(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }
  std::string AnyWorker() { return std::string(1, static_cast<char>('a' + Random(4))); }

  /// Makes a call; when that was.
  template <typename Call>
  Between During(Call call) {
    const absl::Time first = this->backend_.Now();
    call();
    return {first, this->backend_.Now()};
  }

  // The worker is heard of: it was there, connects again, or a scheduler has started.
  void Hear() {
    const std::string id = AnyWorker();
    const bool idle = workers_[id].leases.empty() && Random(4) > 0;
    HearOf(id, idle ? PresenceState::kIdle : PresenceState::kBusy, kLapse);
  }

  void HearOf(const std::string& id, PresenceState state, absl::Duration lapse) {
    ReferenceWorker& worker = workers_[id];
    bool lives = false;
    const Between at =
        During([&] { lives = this->Keep({id}, state, always_on_, lapse).contains(id); });
    const bool lapsed = worker.begun && worker.leases.empty() && worker.lasts.first <= at.last;
    if (lapsed) {  // Or so it seems: what lies between is not known to be billed.
      if (lives && worker.lasts.last >= at.first) worker.most += at.last - worker.lasts.first;
      worker.Close();
    }
    if (!lives) {
      EXPECT_FALSE(worker.begun.has_value()) << "a lifetime was not let go on";
      return;
    }
    if (!worker.begun) {
      EXPECT_TRUE(state == PresenceState::kIdle || lapsed);
      EXPECT_TRUE(worker.leases.empty()) << "a lifetime began while a job ran";
      worker.begun = at;
      worker.lasts = {at.first + lapse, at.last + lapse};
      return;
    }
    worker.LastAtLeast({at.first + lapse, at.last + lapse});
  }

  void End() {
    const std::string id = AnyWorker();
    ReferenceWorker& worker = workers_[id];
    bool lives = false;
    const Between at =
        During([&] { lives = this->Keep({id}, PresenceState::kEnded, always_on_).contains(id); });
    EXPECT_EQ(lives, worker.begun.has_value() && !worker.leases.empty());
    if (!worker.begun) return;
    worker.lasts = {std::min(worker.lasts.first, at.first), std::min(worker.lasts.last, at.last)};
    if (!lives) worker.Close();
  }

  void Claim() {
    const std::string id = AnyWorker();
    const LeaseId lease = this->ClaimOn(id);
    workers_[id].leases.push_back(lease);
    Forget();
  }

  void Settle() {
    const std::string id = AnyWorker();
    ReferenceWorker& worker = workers_[id];
    if (worker.leases.empty()) return;
    const LeaseId lease = worker.leases.back();
    worker.leases.pop_back();
    const Between at = During([&] { JobQueueContract<Backend>::Settle(lease, this->Success()); });
    const AttemptEnd end = this->EndOf(lease.job_id);
    if (end.covered) worker.LastAtLeast(at);
    ends_.push_back(end);
  }

  // Nothing is kept here between sweeps: whichever scheduler does the next one goes on.
  void SweepAll() {
    this->Sweep();
    // Whether it came before a lapse shows.
    for (auto& [id, worker] : workers_) {
      if (worker.begun) HearOf(id, PresenceState::kBusy, absl::ZeroDuration());
    }
  }

  // Slices that were read, as a relay does.
  void Forget() {
    std::vector<std::string> ids;
    auto events = this->log().ReadEvents({this->shard()}, 1'000'000).value();
    for (const JobEvent& event : events[this->shard()]) {
      if (event.slice) billed_[event.slice->life_id].push_back(*event.slice);
      ids.push_back(event.event_id);
    }
    ASSERT_TRUE(this->log().Forget(this->shard(), ids, {}).ok());
  }

  // Every worker ends, and all that is known is reported.
  void Finish() {
    for (auto& [id, worker] : workers_) {
      for (const LeaseId& lease : worker.leases) {
        const Between at =
            During([&] { JobQueueContract<Backend>::Settle(lease, this->Success()); });
        const AttemptEnd end = this->EndOf(lease.job_id);
        if (end.covered) worker.LastAtLeast(at);
        ends_.push_back(end);
      }
      worker.leases.clear();
      const Between at = During([&] { this->Keep({id}, PresenceState::kEnded, 0); });
      if (!worker.begun) continue;
      worker.lasts = {std::min(worker.lasts.first, at.first), std::min(worker.lasts.last, at.last)};
      worker.Close();
    }
    Forget();
  }

  // Slices are whole; their sum for each worker is the reference's.
  void CheckBills() {
    std::map<std::string, absl::Duration> sums;
    for (const auto& [id, slices] : billed_) {
      this->CheckSlices(slices);
      sums[slices.front().worker.worker_id] += slices.back().slice.end - slices.front().slice.start;
    }
    for (const auto& [id, worker] : workers_) {
      EXPECT_GE(sums[id], worker.least) << id;
      EXPECT_LE(sums[id], worker.most) << id;
    }
  }

  // Each attempt lies in one lifetime of its worker, or outside of them all.
  void CheckAttempts() {
    for (const AttemptEnd& end : ends_) {
      bool inside = false;
      for (const auto& [id, slices] : billed_) {
        if (slices.front().worker.worker_id != end.worker.worker_id) continue;
        const absl::Time from = slices.front().slice.start;
        const absl::Time to = slices.back().slice.end;
        inside = inside || (from <= end.start && end.end <= to);
        if (end.covered) continue;
        EXPECT_TRUE(end.end <= from || to <= end.start) << "paid for twice";
      }
      const bool empty = end.start == end.end;
      EXPECT_TRUE(inside || empty || !end.covered) << "not paid for";
    }
  }

  const std::uint64_t seed_ = SeedFromEnvironment();
  std::mt19937_64 random_{seed_};
  int always_on_ = 1;
  std::map<std::string, ReferenceWorker> workers_;
  std::map<std::string, std::vector<WorkerSlice>> billed_;
  std::vector<AttemptEnd> ends_;
};
TYPED_TEST_SUITE_P(LifetimeProperty);

TYPED_TEST_P(LifetimeProperty, WhatIsBilledIsWhatAReferenceSays) {
  const int operations = std::min(OperationsFromEnvironment() / 5, 20'000);
  std::cout << "seed " << this->seed_ << ", " << operations
            << " operations (FURNACE_TEST_SEED, FURNACE_TEST_OPERATIONS)\n";
  for (int i = 0; i < operations && !this->HasFailure(); ++i) {
    switch (this->Random(12)) {
      case 0:
      case 1:
      case 2:
      case 3: this->Hear(); break;
      case 4: this->End(); break;
      case 5: this->Claim(); break;
      case 6:
      case 7: this->Settle(); break;
      case 8:
      case 9: this->SweepAll(); break;
      case 10: this->PassTime(absl::Microseconds(this->Random(6'000))); break;
      case 11: this->always_on_ = this->Random(4); break;
    }
  }
  this->Finish();
  this->CheckBills();
  this->CheckAttempts();
  EXPECT_FALSE(this->billed_.empty());
}

REGISTER_TYPED_TEST_SUITE_P(LifetimeProperty, WhatIsBilledIsWhatAReferenceSays);

}  // namespace furnace::scheduler
