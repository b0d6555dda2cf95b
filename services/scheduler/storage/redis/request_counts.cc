#include "services/scheduler/storage/redis/request_counts.h"

#include <cstddef>
#include <string>
#include <utility>

#include "services/scheduler/domain/shard.h"
#include "services/scheduler/storage/redis/reply.h"

namespace furnace::scheduler {
namespace {

// In one run of the script.
constexpr std::size_t kMaxCounted = 500;

// The order is count_requests.lua's.
void Encode(RequestCount& count, redis::Client::Words& args) {
  args.push_back(std::move(count.project_id));
  args.push_back(std::to_string(count.jobs));
  args.push_back(std::to_string(count.most));
  args.push_back(count.day ? std::to_string(absl::ToUnixMicros(*count.day)) : "");
}

absl::StatusOr<RequestsCounted> Decode(const redisReply& reply, std::size_t index) {
  const auto results = Elements(reply);
  if (2 * index + 1 >= results.size()) {
    return absl::InternalError("count_requests.lua answered too little");
  }
  return RequestsCounted{.counted = Int(*results[2 * index]) == 1,
                         .day = absl::FromUnixMicros(ToInt(Text(*results[2 * index + 1])))};
}

}  // namespace

RedisRequestCounts::RedisRequestCounts(redis::Client& client, const QueueScripts& scripts,
                                       int shards) {
  for (int shard = 0; shard < shards; ++shard) {
    counters_.push_back(std::make_unique<ScriptBatcher<RequestCount, RequestsCounted>>(
        client, scripts.count_requests, ShardPrefix(shard), kMaxCounted,
        [](const RequestCount&) { return std::size_t{1}; }, Encode, Decode));
  }
}

void RedisRequestCounts::Count(RequestCount count, Done<RequestsCounted> done) {
  const int shard = ShardOfEndpoint(count.project_id, static_cast<int>(counters_.size()));
  counters_[static_cast<std::size_t>(shard)]->Add(std::move(count), std::move(done));
}

}  // namespace furnace::scheduler
