// What every JobQueue with its log must do of attempts that run over an hour: they are reported by
// the hour, without gap or overlap, and their end has the rest.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/scheduler/app/budget_ports.h"
#include "services/scheduler/app/lifetime_ports.h"
#include "tests/contract/scheduler/job_queue_fixture.h"

namespace furnace::scheduler {

/// `Backend` also offers budgets(), lives() and Now(); its usage is cut at multiples of kTestSlice.
template <typename Backend>
class PartContract : public JobQueueContract<Backend> {
 protected:
  static constexpr absl::Duration kLong = absl::Hours(1);

  LeaseId Start() {
    this->SubmitOne();
    return this->Claim().at(0).lease;
  }

  std::vector<LeaseId> RenewOne(const LeaseId& lease, std::optional<absl::Duration> waited,
                                absl::Duration length = kLong) {
    return this->RenewAs({{.lease = lease, .waited = waited}}, length);
  }
  /// Renews the lease of a job that its handler began at once.
  void Beat(const LeaseId& lease) { ASSERT_TRUE(RenewOne(lease, absl::ZeroDuration()).empty()); }

  /// What the log has of the job's parts, in order.
  std::vector<AttemptPart> PartsOf(const std::string& job_id) {
    std::vector<AttemptPart> parts;
    auto events = this->log().ReadEvents({this->shard()}, 1'000'000).value();
    for (const JobEvent& event : events[this->shard()]) {
      if (event.part && event.part->lease.job_id == job_id) parts.push_back(*event.part);
    }
    return parts;
  }

  std::vector<AttemptEnd> EndsOf(const std::string& job_id) {
    std::vector<AttemptEnd> ends;
    for (const JobEvent& event : this->EventsOf(job_id)) {
      if (event.attempt_end) ends.push_back(*event.attempt_end);
    }
    return ends;
  }

  /// That the parts and the end of an attempt are the attempt: from its start to its end without
  /// gap or overlap, cut at multiples of kTestSlice and nowhere else.
  static void CheckWhole(const std::vector<AttemptPart>& parts, const AttemptEnd& end) {
    absl::Time at = end.start;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const LeasePart& part = parts[i].part;
      EXPECT_EQ(parts[i].lease, end.lease);
      EXPECT_EQ(part.number, static_cast<int>(i) + 1);
      EXPECT_EQ(part.start, at);
      EXPECT_EQ(part.end, NextCut(part.start, kTestSlice));
      at = part.end;
    }
    EXPECT_EQ(end.reported.count, static_cast<int>(parts.size()));
    if (!parts.empty()) {
      EXPECT_EQ(end.reported.until, at);
    }
    EXPECT_LE(at, end.end);
  }
};
TYPED_TEST_SUITE_P(PartContract);

TYPED_TEST_P(PartContract, AnAttemptIsWholeHoweverShortItIs) {
  const LeaseId lease = this->Start();
  this->Beat(lease);
  this->Settle(lease, this->Success());
  // It may have come upon the end of an hour.
  this->CheckWhole(this->PartsOf(lease.job_id), this->EndsOf(lease.job_id).at(0));
}

TYPED_TEST_P(PartContract, HoursAreReportedWhileTheAttemptRuns) {
  const LeaseId lease = this->Start();
  this->PassTime(5 * kTestSlice / 2);
  this->Beat(lease);
  const std::vector<AttemptPart> parts = this->PartsOf(lease.job_id);
  ASSERT_GE(parts.size(), 2U);
  EXPECT_EQ(parts[0].project_id, this->project_);
  EXPECT_EQ(parts[0].endpoint_id, this->endpoint_);
  EXPECT_EQ(parts[0].worker.worker_id, AWorker().worker_id);
  EXPECT_EQ(parts[0].worker.gpu_type, AWorker().gpu_type);
  EXPECT_EQ(parts[0].worker.gpu_count, AWorker().gpu_count);
  EXPECT_EQ(parts[1].worker.cold_start, absl::ZeroDuration());
  this->PassTime(kTestSlice);
  this->Beat(lease);
  EXPECT_GT(this->PartsOf(lease.job_id).size(), parts.size());
  this->Settle(lease, this->Success());
  this->CheckWhole(this->PartsOf(lease.job_id), this->EndsOf(lease.job_id).at(0));
}

TYPED_TEST_P(PartContract, TheColdStartIsThatOfTheFirstPart) {
  this->SubmitOne();
  WorkerOnGpu worker = AWorker();
  worker.cold_start = absl::Seconds(3);
  const LeaseId lease = this->Claim({{.worker = worker, .jobs = 1}}).at(0).lease;
  this->PassTime(2 * kTestSlice);
  this->Beat(lease);
  const std::vector<AttemptPart> parts = this->PartsOf(lease.job_id);
  ASSERT_GE(parts.size(), 2U);
  EXPECT_EQ(parts[0].worker.cold_start, absl::Seconds(3));
  EXPECT_EQ(parts[1].worker.cold_start, absl::ZeroDuration());
}

TYPED_TEST_P(PartContract, TheJobTellsOfOneAttemptWithAllItsTime) {
  const LeaseId lease = this->Start();
  this->PassTime(3 * kTestSlice);
  this->Beat(lease);
  this->Settle(lease, this->Success());
  const AttemptEnd end = this->EndsOf(lease.job_id).at(0);
  const Job job = this->Get(lease.job_id);
  EXPECT_EQ(job.started_at, end.start);
  EXPECT_EQ(job.completed_at, end.end);
  EXPECT_EQ(job.gpu_time_us, absl::ToInt64Microseconds(end.end - end.start) * AWorker().gpu_count);
}

TYPED_TEST_P(PartContract, WhatNoHandlerHasBegunHasNoParts) {
  const LeaseId lease = this->Start();
  this->PassTime(2 * kTestSlice);
  this->RenewOne(lease, absl::InfiniteDuration());
  this->RenewOne(lease, std::nullopt);
  EXPECT_TRUE(this->PartsOf(lease.job_id).empty());
}

TYPED_TEST_P(PartContract, PartsBeginWhereTheHandlerBeganAndTheEndAgrees) {
  const LeaseId lease = this->Start();
  const absl::Time leased = *this->Get(lease.job_id).started_at;
  const absl::Duration waited = kTestSlice + absl::Microseconds(7);
  this->PassTime(4 * kTestSlice);
  this->RenewOne(lease, waited);
  const std::vector<AttemptPart> parts = this->PartsOf(lease.job_id);
  ASSERT_GE(parts.size(), 2U);
  EXPECT_EQ(parts[0].part.start, leased + waited);
  EXPECT_EQ(this->Get(lease.job_id).started_at, leased + waited);
  EXPECT_EQ(this->Get(lease.job_id).first_started_at, leased + waited);
  Outcome outcome = this->Success();
  outcome.waited = waited + absl::Milliseconds(3);
  this->Settle(lease, outcome);
  const AttemptEnd end = this->EndsOf(lease.job_id).at(0);
  EXPECT_EQ(end.start, leased + waited);
  this->CheckWhole(parts, end);
}

TYPED_TEST_P(PartContract, AnAttemptThatItsWorkersLifetimeCoversHasNoParts) {
  Await<std::set<std::string>>([&](Done<std::set<std::string>> done) {
    this->backend_.lives().Keep({.endpoint_id = this->endpoint_,
                                 .project_id = this->project_,
                                 .always_on = 1,
                                 .lapse = absl::Hours(1),
                                 .workers = {{.worker = AWorker(),
                                              .state = WorkerPresence::State::kIdle,
                                              .life_id = NewId()}}},
                                std::move(done));
  }).value();
  const LeaseId lease = this->Start();
  this->PassTime(2 * kTestSlice);
  this->Beat(lease);
  this->Settle(lease, this->Success());
  EXPECT_TRUE(this->PartsOf(lease.job_id).empty());
  EXPECT_EQ(this->EndsOf(lease.job_id).at(0).reported.count, 0);
}

TYPED_TEST_P(PartContract, ALeaseThatLapsesEndsWithWhatWasReportedOfIt) {
  const LeaseId lease = this->Start();
  this->PassTime(2 * kTestSlice);
  this->RenewOne(lease, absl::ZeroDuration(), absl::Microseconds(1));
  this->PassTime();
  ASSERT_EQ(this->SweepOne(lease.job_id).size(), 1U);
  const AttemptEnd end = this->EndsOf(lease.job_id).at(0);
  EXPECT_EQ(end.cause, FailureCause::kWorkerLost);
  EXPECT_GE(end.reported.count, 1);
  this->CheckWhole(this->PartsOf(lease.job_id), end);
}

TYPED_TEST_P(PartContract, TheNextAttemptHasPartsOfItsOwn) {
  const LeaseId first = this->Start();
  this->PassTime(2 * kTestSlice);
  this->Beat(first);
  this->Settle(first, this->Failure(FailureCause::kPlatform));
  const LeaseId second = this->Claim().at(0).lease;
  EXPECT_EQ(second.epoch, 2);
  this->PassTime(2 * kTestSlice);
  this->Beat(second);
  this->Cancel(first.job_id, this->project_);
  std::vector<AttemptPart> parts = this->PartsOf(first.job_id);
  const auto of_second = std::find_if(parts.begin(), parts.end(),
                                      [](const auto& part) { return part.lease.epoch == 2; });
  const std::vector<AttemptEnd> ends = this->EndsOf(first.job_id);
  ASSERT_EQ(ends.size(), 2U);
  this->CheckWhole({parts.begin(), of_second}, ends[0]);
  this->CheckWhole({of_second, parts.end()}, ends[1]);
}

TYPED_TEST_P(PartContract, AWorkerThatHasLostItsLeaseReportsNothing) {
  const LeaseId lease = this->Start();
  this->Settle(lease, this->Success());
  this->PassTime(2 * kTestSlice);
  EXPECT_EQ(this->RenewOne(lease, absl::ZeroDuration()).size(), 1U);
  EXPECT_TRUE(this->PartsOf(lease.job_id).empty());
}

TYPED_TEST_P(PartContract, WhatAPartCostsIsPendingAndHeldNoMore) {
  const std::string budget = NewId();
  constexpr std::int64_t kMuch = 100'000'000'000;
  const absl::Time window = absl::FromUnixSeconds(1'600'000'000);
  auto account = [&] {
    return this->backend_.budgets().Read(this->shard(), false).value()[budget].account;
  };
  ASSERT_EQ(this->backend_.budgets()
                .Change(this->shard(), {{.budget_id = budget,
                                         .sequence = 0,
                                         .window = window,
                                         .change = kMuch,
                                         .definition = "d"}})
                .value()
                .at(0),
            kMuch);
  this->SubmitOne();
  const LeaseId lease =
      JobQueueContract<TypeParam>::Claim(
          {.endpoint_id = this->endpoint_,
           .workers = {{.worker = AWorker(), .jobs = 1}},
           .lease = absl::Seconds(10),
           .budgets = {{.budget_id = budget, .fixed = 5, .other_gpu_second = 1'000'000}}})
          .jobs.at(0)
          .lease;
  this->PassTime(2 * kTestSlice);
  this->RenewOne(lease, absl::ZeroDuration(), absl::Seconds(20));
  const std::vector<AttemptPart> parts = this->PartsOf(lease.job_id);
  ASSERT_FALSE(parts.empty());
  const std::int64_t cost =
      absl::ToInt64Microseconds(parts.back().part.end - parts.front().part.start);
  EXPECT_EQ(account().pending, cost);
  EXPECT_GE(account().held, 20'000'005) << "from the end of the part on";
  EXPECT_LE(account().held, 20'000'005 + absl::ToInt64Microseconds(kTestSlice));
  EXPECT_EQ(account().left + account().held + account().pending, kMuch);
  this->Settle(lease, this->Success());
  const AttemptEnd end = this->EndsOf(lease.job_id).at(0);
  EXPECT_EQ(account(),
            (BudgetAccount{window, kMuch - 5 - absl::ToInt64Microseconds(end.end - end.start), 0,
                           5 + absl::ToInt64Microseconds(end.end - end.start)}));
  std::vector<std::string> ids;
  auto events = this->log().ReadEvents({this->shard()}, 1000).value();
  for (const JobEvent& event : events[this->shard()]) {
    ids.push_back(event.event_id);
  }
  ASSERT_TRUE(this->log().Forget(this->shard(), ids, {}).ok());
  EXPECT_EQ(account().pending, 0);
}

TYPED_TEST_P(PartContract, WhatNoHandlerHasBegunIsGivenBackWhenItsBudgetIsSpent) {
  const std::string budget = NewId();
  constexpr std::int64_t kLeft = 10'000'000;
  ASSERT_TRUE(this->backend_.budgets()
                  .Change(this->shard(), {{.budget_id = budget,
                                           .sequence = 0,
                                           .window = absl::FromUnixSeconds(1'600'000'000),
                                           .change = kLeft,
                                           .definition = "d"}})
                  .ok());
  const std::string id = this->SubmitOne();
  const LeaseId lease = JobQueueContract<TypeParam>::Claim(
                            {.endpoint_id = this->endpoint_,
                             .workers = {{.worker = AWorker(), .jobs = 1}},
                             .lease = absl::Seconds(10),
                             .budgets = {{.budget_id = budget, .other_gpu_second = 1'000'000}}})
                            .jobs.at(0)
                            .lease;
  this->PassTime();
  // Of the lease that it asks for, less than half is left.
  EXPECT_EQ(this->RenewOne(lease, absl::InfiniteDuration(), absl::Seconds(30)),
            std::vector<LeaseId>{lease});
  const Job job = this->Get(id);
  EXPECT_EQ(job.status, JobStatus::kInQueue);
  EXPECT_EQ(job.loss_count, 0);
  EXPECT_EQ(job.gpu_time_us, 0);
  const AttemptEnd end = this->EndsOf(id).at(0);
  EXPECT_EQ(end.cause, FailureCause::kPlatform);
  EXPECT_EQ(end.start, end.end);
  const BudgetAccount account =
      this->backend_.budgets().Read(this->shard(), false).value()[budget].account;
  EXPECT_EQ(account.left, kLeft);
  EXPECT_EQ(account.held + account.pending, 0);
}

REGISTER_TYPED_TEST_SUITE_P(
    PartContract, AnAttemptIsWholeHoweverShortItIs, HoursAreReportedWhileTheAttemptRuns,
    TheColdStartIsThatOfTheFirstPart, TheJobTellsOfOneAttemptWithAllItsTime,
    WhatNoHandlerHasBegunHasNoParts, PartsBeginWhereTheHandlerBeganAndTheEndAgrees,
    AnAttemptThatItsWorkersLifetimeCoversHasNoParts, ALeaseThatLapsesEndsWithWhatWasReportedOfIt,
    TheNextAttemptHasPartsOfItsOwn, AWorkerThatHasLostItsLeaseReportsNothing,
    WhatAPartCostsIsPendingAndHeldNoMore, WhatNoHandlerHasBegunIsGivenBackWhenItsBudgetIsSpent);

}  // namespace furnace::scheduler
