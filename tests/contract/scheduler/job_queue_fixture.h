// What the contract of JobQueue and ShardLog is written with.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/scheduler/app/await.h"
#include "services/scheduler/app/job_links.h"
#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {

/// `Backend` offers queue(), log() and links(), with kTestShards shards. Tests do not share
/// endpoints, so it need not start empty.
template <typename Backend>
class JobQueueContract : public testing::Test {
 protected:
  using Ids = std::vector<std::string>;

  JobQueue& queue() { return backend_.queue(); }
  ShardLog& log() { return backend_.log(); }
  JobLinks& links() { return backend_.links(); }
  int shard() const { return ShardOfEndpoint(endpoint_, kTestShards); }

  absl::StatusOr<SubmitResult> TrySubmit(Submission submission) {
    return Await<SubmitResult>(
        [&](Done<SubmitResult> done) { queue().Submit(std::move(submission), std::move(done)); });
  }

  absl::Time Submit(Submission submission) {
    return TrySubmit(std::move(submission)).value().queued_at;
  }

  Submission Jobs(int count = 1) const { return ASubmission(endpoint_, project_, count); }

  std::string SubmitOne(int max_retries = 0) {
    Submission submission = Jobs();
    submission.retry.max_retries = max_retries;
    std::string id = submission.items[0].id;
    Submit(std::move(submission));
    return id;
  }

  std::vector<ClaimedJob> Claim(const std::vector<WorkerRoom>& rooms,
                                absl::Duration lease = absl::Hours(1)) {
    return Claim({.endpoint_id = endpoint_,
                  .workers = rooms,
                  .lease = lease,
                  .max_concurrency = max_concurrency_})
        .jobs;
  }

  Claimed Claim(const ClaimRequest& request) {
    return Await<Claimed>([&](Done<Claimed> done) { queue().Claim(request, std::move(done)); })
        .value();
  }

  std::vector<ClaimedJob> Claim(int jobs = 1, absl::Duration lease = absl::Hours(1)) {
    return Claim({{.worker = AWorker(), .jobs = jobs}}, lease);
  }

  static Ids IdsOf(const std::vector<ClaimedJob>& jobs) {
    Ids ids;
    for (const ClaimedJob& job : jobs) ids.push_back(job.lease.job_id);
    return ids;
  }

  SettleResult Settle(const LeaseId& lease, const Outcome& outcome) {
    return Await<SettleResult>([&](Done<SettleResult> done) {
             queue().Settle({.lease = lease, .outcome = outcome}, std::move(done));
           })
        .value();
  }

  static Outcome Success() { return {.cause = FailureCause::kNone, .output = "42", .error = ""}; }
  static Outcome Failure(FailureCause cause) {
    return {.cause = cause, .output = {}, .error = "broken"};
  }

  std::vector<LeaseId> Renew(std::vector<LeaseId> leases, absl::Duration lease) {
    std::vector<Renewal> renewals;
    for (LeaseId& id : leases) renewals.push_back({.lease = std::move(id)});
    return RenewAs(std::move(renewals), lease);
  }
  std::vector<LeaseId> RenewAs(std::vector<Renewal> renewals, absl::Duration lease) {
    return Await<std::vector<LeaseId>>([&](Done<std::vector<LeaseId>> done) {
             queue().Renew(shard(), std::move(renewals), lease, std::move(done));
           })
        .value();
  }

  ReportResult ReportOf(ProgressReport report) {
    return Await<ReportResult>(
               [&](Done<ReportResult> done) { queue().Report(std::move(report), std::move(done)); })
        .value();
  }

  /// Whether the attempt holds its lease.
  bool Report(ProgressReport report) { return ReportOf(std::move(report)).held; }

  std::optional<CancelledJob> Cancel(const std::string& id, const std::string& project_id) {
    return Await<std::optional<CancelledJob>>([&](Done<std::optional<CancelledJob>> done) {
             queue().Cancel(id, project_id, std::move(done));
           })
        .value();
  }

  std::optional<JobRecord> Find(const std::string& id, FindOptions options = {}) {
    return Await<std::optional<JobRecord>>([&](Done<std::optional<JobRecord>> done) {
             queue().Find(id, options, std::move(done));
           })
        .value();
  }

  Job Get(const std::string& id) {
    const std::optional<JobRecord> record = Find(id);
    EXPECT_TRUE(record.has_value());
    return record ? record->job : Job{};
  }

  // The events of the job, oldest first.
  std::vector<JobEvent> EventsOf(const std::string& id) {
    std::vector<JobEvent> of_job;
    auto events = log().ReadEvents({shard()}, 100'000).value();
    for (JobEvent& event : events[shard()]) {
      if (event.job_id == id) of_job.push_back(std::move(event));
    }
    return of_job;
  }

  std::vector<LapsedLease> SweepOne(const std::string& id) {
    std::vector<LapsedLease> of_job;
    Swept swept = log().Sweep(shard(), 1000).value();
    for (LapsedLease& lease : swept.lapsed) {
      if (lease.lease.job_id == id) of_job.push_back(std::move(lease));
    }
    return of_job;
  }

  QueueSnapshot Survey() { return log().Survey({endpoint_}).value().at(endpoint_); }

  bool RedriveOne(const JobRecord& record, absl::Duration ttl = absl::ZeroDuration()) {
    const auto queued = Await<std::vector<bool>>([&](Done<std::vector<bool>> done) {
      queue().Redrive(
          {.endpoint_id = endpoint_, .head_start = absl::Seconds(60), .ttl = ttl, .jobs = {record}},
          std::move(done));
    });
    return queued.value().at(0);
  }

  std::optional<QueuePlace> Locate(const std::string& id) {
    return Await<std::optional<QueuePlace>>(
               [&](Done<std::optional<QueuePlace>> done) { queue().Locate(id, std::move(done)); })
        .value();
  }

  int Purge(int limit = 1000) {
    return Await<int>([&](Done<int> done) { queue().Purge(endpoint_, limit, std::move(done)); })
        .value();
  }

  /// Lets at least so much time pass on the queue's clock.
  void PassTime(absl::Duration time = absl::Milliseconds(10)) { backend_.PassTime(time); }

  Backend backend_;
  int max_concurrency_ = 0;  // What Claim asks for.
  const std::string endpoint_ = NewId();
  const std::string project_ = NewId();
};
TYPED_TEST_SUITE_P(JobQueueContract);

}  // namespace furnace::scheduler
