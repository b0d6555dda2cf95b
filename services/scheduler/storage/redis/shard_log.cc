#include "services/scheduler/storage/redis/shard_log.h"

#include <memory>
#include <string_view>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/shard.h"
#include "services/scheduler/storage/redis/capacity_codec.h"
#include "services/scheduler/storage/redis/event_codec.h"
#include "services/scheduler/storage/redis/job_codec.h"
#include "services/scheduler/storage/redis/reply.h"

namespace furnace::scheduler {
namespace {

std::string Stream(int shard) { return ShardPrefix(shard) + "events"; }

std::vector<ClassSnapshot> DecodeClasses(const redisReply& reply) {
  std::vector<ClassSnapshot> classes;
  const auto words = Elements(reply);
  for (std::size_t i = 0; i + 3 <= words.size(); i += 3) {
    classes.push_back({.affinity = ParseAffinityClass(Text(*words[i])),
                       .queued = static_cast<int>(Int(*words[i + 1])),
                       .oldest_wait = absl::Microseconds(Int(*words[i + 2]))});
  }
  return classes;
}

}  // namespace

absl::StatusOr<bool> RedisShardLog::Lead(int shard, const std::string& replica,
                                         absl::Duration term) {
  FURNACE_ASSIGN_OR_RETURN(
      const redis::Reply reply,
      client_.RunAndWait(scripts_.lead, {ShardPrefix(shard)},
                         {replica, std::to_string(absl::ToInt64Milliseconds(term))}));
  return Int(*reply) == 1;
}

absl::StatusOr<Swept> RedisShardLog::Sweep(int shard, int limit) {
  FURNACE_ASSIGN_OR_RETURN(const redis::Reply reply,
                           client_.RunAndWait(scripts_.sweep, {ShardPrefix(shard)},
                                              {std::to_string(limit),
                                               std::to_string(absl::ToInt64Microseconds(slice_))}));
  const auto parts = Elements(*reply);
  if (parts.size() != 3) return absl::InternalError("sweep_shard.lua answered too little");
  Swept swept;
  const auto leases = Elements(*parts[0]);
  for (std::size_t i = 0; i + 3 <= leases.size(); i += 3) {
    swept.lapsed.push_back({.lease = {.job_id = std::string(Text(*leases[i])),
                                      .epoch = static_cast<int>(Int(*leases[i + 1]))},
                            .worker_id = std::string(Text(*leases[i + 2]))});
  }
  for (const redisReply* id : Elements(*parts[1])) swept.released.emplace_back(Text(*id));
  for (const redisReply* id : Elements(*parts[2])) swept.expired.emplace_back(Text(*id));
  return swept;
}

// A stream is read as XRANGE from its start: what was relayed has been deleted. The
// stream is its own cursor, and nothing is lost with a consumer's.
absl::StatusOr<std::map<int, std::vector<JobEvent>>> RedisShardLog::ReadEvents(
    const std::vector<int>& shards, int limit) {
  std::map<int, std::vector<JobEvent>> events;
  for (const int shard : shards) {
    FURNACE_ASSIGN_OR_RETURN(
        const redis::Reply reply,
        client_.SendAndWait({"XRANGE", Stream(shard), "-", "+", "COUNT", std::to_string(limit)}));
    for (const redisReply* entry : Elements(*reply)) {
      FURNACE_ASSIGN_OR_RETURN(JobEvent event, DecodeEvent(*entry));
      events[shard].push_back(std::move(event));
    }
  }
  return events;
}

absl::StatusOr<std::vector<JobRecord>> RedisShardLog::ReadJobs(
    int shard, const std::vector<std::string>& ids) {
  redis::Client::Words args = {"0", "1", "0"};
  args.insert(args.end(), ids.begin(), ids.end());
  FURNACE_ASSIGN_OR_RETURN(const redis::Reply reply,
                           client_.RunAndWait(scripts_.read, {ShardPrefix(shard)}, args));
  const auto replies = Elements(*reply);
  std::vector<JobRecord> jobs;
  for (std::size_t i = 0; i < replies.size() && i < ids.size(); ++i) {
    FURNACE_ASSIGN_OR_RETURN(std::optional<JobRecord> job, DecodeJob(ids[i], *replies[i]));
    if (job) jobs.push_back(*std::move(job));
  }
  return jobs;
}

absl::Status RedisShardLog::Forget(
    int shard, const std::vector<std::string>& event_ids,
    const std::vector<std::pair<std::string, std::int64_t>>& stored) {
  redis::Client::Words args = {std::to_string(event_ids.size())};
  args.insert(args.end(), event_ids.begin(), event_ids.end());
  for (const auto& [id, version] : stored) {
    args.push_back(id);
    args.push_back(std::to_string(version));
  }
  return client_.RunAndWait(scripts_.forget, {ShardPrefix(shard)}, args).status();
}

absl::Status RedisShardLog::SetHindrance(const std::string& endpoint_id,
                                         const Hindrance& hindrance) {
  const std::string key =
      ShardPrefix(ShardOfEndpoint(endpoint_id, shards_)) + "stats:" + endpoint_id;
  if (hindrance.obstacle == Obstacle::kNone) {
    return client_.SendAndWait({"HDEL", key, "why"}).status();
  }
  const std::string why =
      std::to_string(static_cast<int>(hindrance.obstacle)) + " " + hindrance.detail;
  return client_.SendAndWait({"HSET", key, "why", why}).status();
}

absl::Status RedisShardLog::SetCapacity(const std::string& endpoint_id, const Capacity& capacity) {
  const std::string key =
      ShardPrefix(ShardOfEndpoint(endpoint_id, shards_)) + "stats:" + endpoint_id;
  return client_.SendAndWait({"HSET", key, "cap", EncodeCapacity(capacity)}).status();
}

absl::Status RedisShardLog::RecordRuns(int shard, const std::map<std::string, RunHistory>& runs) {
  redis::Client::Words args;
  // Oldest first, as they are put before those that are there.
  const auto add = [&args](const std::vector<absl::Duration>& times) {
    args.push_back(std::to_string(times.size()));
    for (auto time = times.rbegin(); time != times.rend(); ++time) {
      args.push_back(std::to_string(absl::ToInt64Microseconds(*time)));
    }
  };
  for (const auto& [endpoint_id, history] : runs) {
    args.push_back(endpoint_id);
    add(history.executions);
    add(history.cold_starts);
  }
  return client_.RunAndWait(scripts_.record_runs, {ShardPrefix(shard)}, args).status();
}

absl::StatusOr<std::map<std::string, QueueSnapshot>> RedisShardLog::Survey(
    const std::vector<std::string>& endpoint_ids) {
  std::map<int, std::vector<std::string>> by_shard;
  for (const std::string& id : endpoint_ids) by_shard[ShardOfEndpoint(id, shards_)].push_back(id);
  std::map<std::string, QueueSnapshot> surveys;
  for (const auto& [shard, ids] : by_shard) {
    FURNACE_ASSIGN_OR_RETURN(const redis::Reply reply,
                             client_.RunAndWait(scripts_.survey, {ShardPrefix(shard)}, ids));
    const auto replies = Elements(*reply);
    for (std::size_t i = 0; i < replies.size() && i < ids.size(); ++i) {
      const auto numbers = Elements(*replies[i]);
      if (numbers.size() < 5) continue;
      surveys[ids[i]] = {.queued = static_cast<int>(Int(*numbers[0])),
                         .running = static_cast<int>(Int(*numbers[1])),
                         .held = static_cast<int>(Int(*numbers[4])),
                         .oldest_wait = absl::Microseconds(Int(*numbers[2])),
                         .classes = DecodeClasses(*numbers[3])};
    }
  }
  return surveys;
}

}  // namespace furnace::scheduler
