#pragma once

#include <string>
#include <vector>

#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Counts and times the calls of another queue for Prometheus:
/// furnace_jobs_submitted_total, furnace_jobs_claimed_total,
/// furnace_attempts_settled_total{result}, furnace_queue_errors_total{call} and
/// furnace_queue_call_seconds{call}.
class ObservedJobQueue final : public JobQueue {
 public:
  explicit ObservedJobQueue(JobQueue& queue) : queue_(queue) {}

  void Submit(Submission submission, Done<SubmitResult> done) override;
  void Claim(ClaimRequest request, Done<Claimed> done) override;
  void Renew(int shard, std::vector<Renewal> renewals, absl::Duration lease,
             Done<std::vector<LeaseId>> done) override;
  void Settle(Settlement settlement, Done<SettleResult> done) override;
  void Report(ProgressReport report, Done<ReportResult> done) override;
  void Locate(const std::string& job_id, Done<std::optional<QueuePlace>> done) override;
  void Redrive(RedriveRequest request, Done<std::vector<bool>> done) override;
  void Purge(const std::string& endpoint_id, int limit, Done<int> done) override;
  void Cancel(const std::string& job_id, const std::string& project_id,
              Done<std::optional<CancelledJob>> done) override;
  void Find(const std::string& job_id, FindOptions options,
            Done<std::optional<JobRecord>> done) override;

 private:
  JobQueue& queue_;
};

}  // namespace furnace::scheduler
