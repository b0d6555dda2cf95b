#include "services/scheduler/app/rebuilder.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/restoration.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {
namespace {

// Jobs in one run of the script, which stops the queue for as long as it takes.
constexpr std::size_t kPutBackAtOnce = 100;

}  // namespace

absl::StatusOr<Rebuilt> Rebuilder::Rebuild(const std::string& after_id) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string> ids, history_.List(after_id, kPage));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string> missing, Missing(ids));
  FURNACE_ASSIGN_OR_RETURN(std::vector<JobRecord> lost, history_.Read(missing));
  Rebuilt rebuilt{.examined = static_cast<int>(ids.size()),
                  .live = static_cast<int>(ids.size() - missing.size())};
  if (ids.size() == kPage) rebuilt.last_id = ids.back();
  std::map<int, std::vector<LostJob>> by_shard;
  for (JobRecord& record : lost) {
    const int shard = ShardOfJob(record.job.id);
    if (shard != ShardOfEndpoint(record.job.endpoint_id, shards_)) {
      spdlog::error("job {} was queued under another number of shards", record.job.id);
      ++rebuilt.left_out;
      continue;
    }
    FURNACE_ASSIGN_OR_RETURN(LostJob job, Prepare(std::move(record)));
    by_shard[shard].push_back(std::move(job));
  }
  FURNACE_ASSIGN_OR_RETURN(rebuilt.restored, PutBack(by_shard));
  return rebuilt;
}

absl::StatusOr<std::vector<std::string>> Rebuilder::Missing(const std::vector<std::string>& ids) {
  std::map<int, std::vector<std::string>> by_shard;
  for (const std::string& id : ids) by_shard[ShardOfJob(id)].push_back(id);
  std::vector<std::string> missing;
  for (const auto& [shard, in_shard] : by_shard) {
    FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string> gone, queue_.Missing(shard, in_shard));
    missing.insert(missing.end(), gone.begin(), gone.end());
  }
  return missing;
}

// What the registry has never heard of any more is queued all the same: it was
// acknowledged.
absl::StatusOr<LostJob> Rebuilder::Prepare(JobRecord record) {
  const absl::StatusOr<EndpointPtr> endpoint = catalog_.Find(record.job.endpoint_id);
  if (!endpoint.ok() && !absl::IsNotFound(endpoint.status())) return endpoint.status();
  const QueuePolicy policy = endpoint.ok() ? (*endpoint)->queue : QueuePolicy{};
  LostJob lost{.record = std::move(record)};
  FURNACE_ASSIGN_OR_RETURN(lost.record.job, Restore(std::move(lost.record.job)));
  lost.score = RestoredScore(lost.record.job, policy.head_start);
  return lost;
}

absl::StatusOr<int> Rebuilder::PutBack(const std::map<int, std::vector<LostJob>>& by_shard) {
  int restored = 0;
  for (const auto& [shard, jobs] : by_shard) {
    for (std::size_t begin = 0; begin < jobs.size(); begin += kPutBackAtOnce) {
      const std::size_t end = std::min(begin + kPutBackAtOnce, jobs.size());
      FURNACE_ASSIGN_OR_RETURN(
          const int put, queue_.PutBack(shard, {jobs.begin() + static_cast<std::ptrdiff_t>(begin),
                                                jobs.begin() + static_cast<std::ptrdiff_t>(end)}));
      restored += put;
    }
  }
  return restored;
}

}  // namespace furnace::scheduler
