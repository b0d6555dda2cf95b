#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libs/common/redis/client.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/storage/redis/script_batcher.h"
#include "services/scheduler/storage/redis/scripts.h"

namespace furnace::scheduler {

/// The queue in Redis; its keys are listed in lua/lib/queue.lua. Thread-safe;
/// callbacks run on the client's I/O thread.
class RedisJobQueue final : public JobQueue {
 public:
  /// Usage is cut at multiples of `slice`.
  RedisJobQueue(redis::Client& client, const QueueScripts& scripts, int shards,
                absl::Duration slice = kLifetimeSlice);

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
  redis::Client& client_;
  const QueueScripts& scripts_;
  const int shards_;
  const absl::Duration slice_;
  // By shard.
  std::vector<std::unique_ptr<ScriptBatcher<Submission, SubmitResult>>> submitters_;
  std::vector<std::unique_ptr<ScriptBatcher<Settlement, SettleResult>>> settlers_;
  std::vector<std::unique_ptr<ScriptBatcher<ProgressReport, ReportResult>>> reporters_;
};

}  // namespace furnace::scheduler
