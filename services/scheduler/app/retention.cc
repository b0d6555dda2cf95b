#include "services/scheduler/app/retention.h"

#include <iterator>
#include <map>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {

absl::Status Retention::Run() {
  const ExpiredJobs::Shards shards{.numbers = leader_.Led(), .of = leader_.shards()};
  if (shards.numbers.empty()) return absl::OkStatus();
  FURNACE_RETURN_IF_ERROR(ForgetBatches(shards));
  for (int round = 0; round < kMaxRounds; ++round) {
    FURNACE_ASSIGN_OR_RETURN(const int forgotten, ForgetJobs(shards));
    if (forgotten == 0) break;
  }
  return absl::OkStatus();
}

// Before their jobs: a batch that lacks jobs would look as if they had yet to come.
absl::Status Retention::ForgetBatches(const ExpiredJobs::Shards& shards) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<ExpiredBatch> batches,
                           expired_.ListBatches(shards, kBatchesAtOnce));
  std::vector<std::string> ids;
  for (const ExpiredBatch& batch : batches) {
    FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string> gone, Gone(batch.job_ids));
    if (gone.size() == batch.job_ids.size()) ids.push_back(batch.id);
  }
  return ids.empty() ? absl::OkStatus() : expired_.DeleteBatches(ids);
}

absl::StatusOr<int> Retention::ForgetJobs(const ExpiredJobs::Shards& shards) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string> ids, expired_.List(shards, kJobsAtOnce));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string> gone, Gone(ids));
  if (gone.empty()) return 0;
  return expired_.Delete(gone);
}

absl::StatusOr<std::vector<std::string>> Retention::Gone(const std::vector<std::string>& ids) {
  std::map<int, std::vector<std::string>> by_shard;
  for (const std::string& id : ids) by_shard[ShardOfJob(id)].push_back(id);
  std::vector<std::string> gone;
  for (const auto& [shard, in_shard] : by_shard) {
    FURNACE_ASSIGN_OR_RETURN(std::vector<std::string> missing, queue_.Missing(shard, in_shard));
    gone.insert(gone.end(), std::make_move_iterator(missing.begin()),
                std::make_move_iterator(missing.end()));
  }
  return gone;
}

}  // namespace furnace::scheduler
