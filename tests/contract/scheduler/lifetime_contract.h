// What every WorkerLives with its queue must do: a worker that is always-on is paid for by its
// lifetime, and what runs in it is not paid for again.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/scheduler/app/lifetime_ports.h"
#include "tests/contract/scheduler/job_queue_fixture.h"

namespace furnace::scheduler {

using PresenceState = WorkerPresence::State;
using WorkerIds = std::set<std::string>;

/// `Backend` also offers lives() and Now(); its lifetimes are cut at multiples of kTestSlice.
template <typename Backend>
class LifetimeContract : public JobQueueContract<Backend> {
 protected:
  WorkerIds Keep(const std::vector<std::string>& ids, PresenceState state, int always_on = 1,
                 absl::Duration lapse = absl::Hours(1)) {
    Presences presences{.endpoint_id = this->endpoint_,
                        .project_id = this->project_,
                        .always_on = always_on,
                        .lapse = lapse,
                        .workers = {}};
    for (const std::string& id : ids) {
      presences.workers.push_back({.worker = AWorker(id), .state = state, .life_id = NewId()});
    }
    return Await<WorkerIds>([&](Done<WorkerIds> done) {
             this->backend_.lives().Keep(std::move(presences), std::move(done));
           })
        .value();
  }

  void Sweep() { ASSERT_TRUE(this->log().Sweep(this->shard(), 1000).ok()); }

  /// What the endpoint's log has of lifetimes, by id, in order.
  std::map<std::string, std::vector<WorkerSlice>> Lives() {
    std::map<std::string, std::vector<WorkerSlice>> lives;
    auto events = this->log().ReadEvents({this->shard()}, 1'000'000).value();
    for (const JobEvent& event : events[this->shard()]) {
      const auto& slice = event.slice;
      if (slice && slice->endpoint_id == this->endpoint_) lives[slice->life_id].push_back(*slice);
    }
    return lives;
  }

  /// The slices of the one lifetime there is.
  std::vector<WorkerSlice> Slices() {
    const auto lives = Lives();
    EXPECT_EQ(lives.size(), 1U);
    return lives.empty() ? std::vector<WorkerSlice>() : lives.begin()->second;
  }

  /// Numbered from 1, without gap or overlap, cut at multiples of kTestSlice and nowhere else.
  static void CheckSlices(const std::vector<WorkerSlice>& slices) {
    for (std::size_t i = 0; i < slices.size(); ++i) {
      const LifetimeSlice& slice = slices[i].slice;
      EXPECT_EQ(slice.number, static_cast<int>(i) + 1);
      EXPECT_LT(slice.start, slice.end);
      if (i > 0) {
        EXPECT_EQ(slice.start, slices[i - 1].slice.end);
        EXPECT_EQ((slice.start - absl::UnixEpoch()) % kTestSlice, absl::ZeroDuration());
      }
      EXPECT_LE(slice.end, absl::UnixEpoch() +
                               absl::Floor(slice.start - absl::UnixEpoch(), kTestSlice) +
                               kTestSlice);
    }
  }

  /// How the last attempt of a job ended.
  AttemptEnd EndOf(const std::string& job_id) {
    AttemptEnd end;
    for (const JobEvent& event : this->EventsOf(job_id)) {
      if (event.attempt_end) end = *event.attempt_end;
    }
    EXPECT_EQ(end.lease.job_id, job_id);
    return end;
  }

  LeaseId ClaimOn(const std::string& worker, absl::Duration lease = absl::Hours(1)) {
    this->SubmitOne();
    return this->Claim({{.worker = AWorker(worker), .jobs = 1}}, lease).at(0).lease;
  }
};
TYPED_TEST_SUITE_P(LifetimeContract);

TYPED_TEST_P(LifetimeContract, TheFirstIdleWorkersAreAlwaysOnAndStayIt) {
  EXPECT_EQ(this->Keep({"a", "b", "c"}, PresenceState::kIdle, 0), WorkerIds());
  EXPECT_EQ(this->Keep({"a", "b", "c"}, PresenceState::kBusy, 2), WorkerIds());
  EXPECT_EQ(this->Keep({"a", "b", "c"}, PresenceState::kIdle, 2), (WorkerIds{"a", "b"}));
  EXPECT_EQ(this->Keep({"c", "b"}, PresenceState::kIdle, 2), (WorkerIds{"b"}));
  EXPECT_EQ(this->Keep({"a", "b", "c"}, PresenceState::kBusy, 0), (WorkerIds{"a", "b"}));
  EXPECT_EQ(this->Keep({"c"}, PresenceState::kIdle, 3), (WorkerIds{"c"}));
}

TYPED_TEST_P(LifetimeContract, AnotherWorkerReplacesOneThatHasEnded) {
  EXPECT_EQ(this->Keep({"a"}, PresenceState::kIdle), (WorkerIds{"a"}));
  EXPECT_EQ(this->Keep({"a"}, PresenceState::kEnded), WorkerIds());
  EXPECT_EQ(this->Keep({"a"}, PresenceState::kEnded), WorkerIds());
  EXPECT_EQ(this->Keep({"b"}, PresenceState::kIdle), (WorkerIds{"b"}));
}

TYPED_TEST_P(LifetimeContract, AWorkerThatHoldsALeaseIsNotAlwaysOnBeforeItEnds) {
  const LeaseId lease = this->ClaimOn("a");
  EXPECT_EQ(this->Keep({"a"}, PresenceState::kIdle), WorkerIds());
  this->Settle(lease, this->Success());
  EXPECT_FALSE(this->EndOf(lease.job_id).covered);
  EXPECT_EQ(this->Keep({"a"}, PresenceState::kIdle), (WorkerIds{"a"}));
}

TYPED_TEST_P(LifetimeContract, AttemptsInALifetimeAreCoveredAndNoOthers) {
  this->Keep({"a"}, PresenceState::kIdle);
  const LeaseId covered = this->ClaimOn("a");
  const LeaseId other = this->ClaimOn("b");
  this->PassTime();
  this->Settle(covered, this->Success());
  this->Settle(other, this->Success());
  EXPECT_FALSE(this->EndOf(other.job_id).covered);
  this->Keep({"a"}, PresenceState::kEnded);
  const AttemptEnd end = this->EndOf(covered.job_id);
  EXPECT_TRUE(end.covered);
  const std::vector<WorkerSlice> slices = this->Slices();
  ASSERT_FALSE(slices.empty());
  this->CheckSlices(slices);
  EXPECT_LE(slices.front().slice.start, end.start);
  EXPECT_GE(slices.back().slice.end, end.end);
}

TYPED_TEST_P(LifetimeContract, AFailedAttemptIsCoveredAndTheNextOneElsewhereIsNot) {
  this->Keep({"a"}, PresenceState::kIdle);
  const LeaseId first = this->ClaimOn("a");
  this->Settle(first, this->Failure(FailureCause::kPlatform));
  EXPECT_TRUE(this->EndOf(first.job_id).covered);
  const LeaseId second = this->Claim({{.worker = AWorker("b"), .jobs = 1}}).at(0).lease;
  this->Settle(second, this->Success());
  EXPECT_EQ(second.job_id, first.job_id);
  EXPECT_FALSE(this->EndOf(first.job_id).covered);
}

TYPED_TEST_P(LifetimeContract, ALifetimeIsReportedInSlicesAsTheyPass) {
  this->Keep({"a"}, PresenceState::kIdle);
  this->Sweep();
  EXPECT_TRUE(this->Lives().empty());
  this->PassTime(5 * kTestSlice / 2);
  this->Sweep();
  this->Sweep();
  const std::vector<WorkerSlice> passed = this->Slices();
  EXPECT_GE(passed.size(), 2U);
  this->PassTime();
  this->Keep({"a"}, PresenceState::kEnded);
  const std::vector<WorkerSlice> slices = this->Slices();
  EXPECT_GT(slices.size(), passed.size());
  this->CheckSlices(slices);
  EXPECT_EQ(slices[0].project_id, this->project_);
  EXPECT_EQ(slices[0].worker.worker_id, "a");
  EXPECT_EQ(slices[0].worker.gpu_type, "rtx4000");
  EXPECT_EQ(slices[0].worker.gpu_count, 1);
}

TYPED_TEST_P(LifetimeContract, AWorkerThatIsAwayForTooLongIsPaidForUntilItsLapse) {
  const absl::Duration lapse = absl::Milliseconds(30);
  this->Keep({"a"}, PresenceState::kIdle, 1, lapse);
  this->PassTime(2 * lapse);
  this->Sweep();
  const std::vector<WorkerSlice> slices = this->Slices();
  this->CheckSlices(slices);
  EXPECT_EQ(slices.back().slice.end - slices.front().slice.start, lapse);
  // When it comes back nevertheless, it begins another lifetime.
  EXPECT_EQ(this->Keep({"a"}, PresenceState::kIdle), (WorkerIds{"a"}));
  this->PassTime();
  this->Keep({"a"}, PresenceState::kEnded);
  EXPECT_EQ(this->Lives().size(), 2U);
}

TYPED_TEST_P(LifetimeContract, AWorkerThatIsHeardOfTooLateDoesNotGoOn) {
  const absl::Duration lapse = absl::Milliseconds(30);
  this->Keep({"a"}, PresenceState::kIdle, 1, lapse);
  this->PassTime(2 * lapse);
  EXPECT_EQ(this->Keep({"a"}, PresenceState::kBusy), WorkerIds());
  EXPECT_EQ(this->Slices().back().slice.end - this->Slices().front().slice.start, lapse);
}

TYPED_TEST_P(LifetimeContract, AWorkerThatComesBackInTimeGoesOn) {
  this->Keep({"a"}, PresenceState::kIdle);
  this->PassTime(kTestSlice);
  this->Sweep();
  this->Keep({"a"}, PresenceState::kBusy);
  this->PassTime(kTestSlice);
  this->Keep({"a"}, PresenceState::kEnded);
  this->CheckSlices(this->Slices());
}

TYPED_TEST_P(LifetimeContract, ALifetimeLastsAsLongAsWhatItCovers) {
  this->Keep({"a"}, PresenceState::kIdle, 1, absl::Milliseconds(1));
  const LeaseId lease = this->ClaimOn("a");
  this->PassTime(kTestSlice);
  this->Sweep();
  this->Keep({"a"}, PresenceState::kEnded);
  this->PassTime(kTestSlice);
  this->Settle(lease, this->Success());
  this->Keep({"a"}, PresenceState::kEnded);
  const std::vector<WorkerSlice> slices = this->Slices();
  this->CheckSlices(slices);
  EXPECT_EQ(slices.back().slice.end, this->EndOf(lease.job_id).end);
}

TYPED_TEST_P(LifetimeContract, ALostLeaseEndsInItsWorkersLifetime) {
  this->Keep({"a"}, PresenceState::kIdle, 1, absl::Milliseconds(1));
  const LeaseId lease = this->ClaimOn("a", absl::Milliseconds(5));
  this->PassTime(kTestSlice);
  this->Sweep();
  this->Keep({"a"}, PresenceState::kEnded);
  const AttemptEnd end = this->EndOf(lease.job_id);
  EXPECT_TRUE(end.covered);
  EXPECT_EQ(end.cause, FailureCause::kWorkerLost);
  EXPECT_GE(this->Slices().back().slice.end, end.end);
}

TYPED_TEST_P(LifetimeContract, ACancelledJobIsCovered) {
  this->Keep({"a"}, PresenceState::kIdle);
  const LeaseId lease = this->ClaimOn("a");
  this->Cancel(lease.job_id, this->project_);
  EXPECT_TRUE(this->EndOf(lease.job_id).covered);
}

TYPED_TEST_P(LifetimeContract, WorkersOfOtherEndpointsAreNotMistaken) {
  this->Keep({"a"}, PresenceState::kIdle);
  const std::string other = NewId();
  Submission submission = ASubmission(other, this->project_);
  this->Submit(submission);
  const auto claimed = this->Claim({.endpoint_id = other,
                                    .workers = {{.worker = AWorker("a"), .jobs = 1}},
                                    .lease = absl::Hours(1)})
                           .jobs;
  ASSERT_EQ(claimed.size(), 1U);
  this->Settle(claimed[0].lease, this->Success());
  const int shard = ShardOfEndpoint(other, kTestShards);
  auto events = this->log().ReadEvents({shard}, 1'000'000).value();
  for (const JobEvent& event : events[shard]) {
    if (event.job_id == claimed[0].lease.job_id && event.attempt_end) {
      EXPECT_FALSE(event.attempt_end->covered);
    }
  }
}

REGISTER_TYPED_TEST_SUITE_P(
    LifetimeContract, TheFirstIdleWorkersAreAlwaysOnAndStayIt, AnotherWorkerReplacesOneThatHasEnded,
    AWorkerThatHoldsALeaseIsNotAlwaysOnBeforeItEnds, AttemptsInALifetimeAreCoveredAndNoOthers,
    AFailedAttemptIsCoveredAndTheNextOneElsewhereIsNot, ALifetimeIsReportedInSlicesAsTheyPass,
    AWorkerThatIsAwayForTooLongIsPaidForUntilItsLapse, AWorkerThatIsHeardOfTooLateDoesNotGoOn,
    AWorkerThatComesBackInTimeGoesOn, ALifetimeLastsAsLongAsWhatItCovers,
    ALostLeaseEndsInItsWorkersLifetime, ACancelledJobIsCovered,
    WorkersOfOtherEndpointsAreNotMistaken);

}  // namespace furnace::scheduler
