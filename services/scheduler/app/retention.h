#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/scheduler/app/rebuild_ports.h"
#include "services/scheduler/app/result_ports.h"
#include "services/scheduler/app/shard_leader.h"

namespace furnace::scheduler {

/// Forgets jobs past their endpoint's retention: a duty of their shard's leader. A job that is
/// still in the queue's memory is left alone, for its end may not have been relayed, or it may
/// have been redriven.
class Retention {
 public:
  static constexpr absl::Duration kEvery = absl::Seconds(10);
  /// Jobs in one transaction.
  static constexpr int kJobsAtOnce = 500;
  static constexpr int kBatchesAtOnce = 10;
  /// Transactions of one call.
  static constexpr int kMaxRounds = 200;

  Retention(ExpiredJobs& expired, LostJobs& queue, const ShardLeader& leader)
      : expired_(expired), queue_(queue), leader_(leader) {}

  /// Forgets what has come due. Blocks. An error ends it; the next call goes on from there.
  absl::Status Run();

 private:
  absl::Status ForgetBatches(const ExpiredJobs::Shards& shards);
  absl::StatusOr<int> ForgetJobs(const ExpiredJobs::Shards& shards);
  /// Those of the jobs that are in no queue.
  absl::StatusOr<std::vector<std::string>> Gone(const std::vector<std::string>& ids);

  ExpiredJobs& expired_;
  LostJobs& queue_;
  const ShardLeader& leader_;
};

}  // namespace furnace::scheduler
