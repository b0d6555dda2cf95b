#include "services/scheduler/storage/redis/lost_jobs.h"

#include <iterator>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/restoration.h"
#include "services/scheduler/domain/shard.h"
#include "services/scheduler/storage/redis/job_codec.h"
#include "services/scheduler/storage/redis/reply.h"

namespace furnace::scheduler {

absl::StatusOr<std::vector<std::string>> RedisLostJobs::Missing(
    int shard, const std::vector<std::string>& ids) {
  FURNACE_ASSIGN_OR_RETURN(const redis::Reply reply,
                           client_.RunAndWait(scripts_.find_missing, {ShardPrefix(shard)}, ids));
  std::vector<std::string> missing;
  for (const redisReply* id : Elements(*reply)) missing.emplace_back(Text(*id));
  return missing;
}

absl::StatusOr<int> RedisLostJobs::PutBack(int shard, const std::vector<LostJob>& jobs) {
  redis::Client::Words args;
  for (const LostJob& lost : jobs) {
    const Job& job = lost.record.job;
    args.push_back(job.id);
    args.push_back(std::to_string(job.version - kRestoredAhead));
    args.push_back(std::to_string(lost.score));
    args.push_back(job.input.value_or(""));
    redis::Client::Words fields = EncodeJob(lost.record);
    args.push_back(std::to_string(fields.size()));
    std::move(fields.begin(), fields.end(), std::back_inserter(args));
  }
  FURNACE_ASSIGN_OR_RETURN(const redis::Reply reply,
                           client_.RunAndWait(scripts_.restore, {ShardPrefix(shard)}, args));
  return static_cast<int>(Int(*reply));
}

}  // namespace furnace::scheduler
