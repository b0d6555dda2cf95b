#include "services/scheduler/storage/redis/queue_loads.h"

#include <algorithm>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/shard.h"
#include "services/scheduler/storage/redis/reply.h"

namespace furnace::scheduler {
namespace {

// Endpoints in one run of the script, which stops the queue for as long as it takes.
constexpr std::size_t kAtOnce = 500;

}  // namespace

absl::StatusOr<std::map<std::string, QueueLoad>> RedisQueueLoads::Of(
    const std::vector<std::string>& endpoint_ids) {
  std::map<int, std::vector<std::string>> by_shard;
  for (const std::string& id : endpoint_ids) by_shard[ShardOfEndpoint(id, shards_)].push_back(id);
  std::map<std::string, QueueLoad> loads;
  for (const auto& [shard, ids] : by_shard) {
    for (std::size_t begin = 0; begin < ids.size(); begin += kAtOnce) {
      const redis::Client::Words page(
          ids.begin() + static_cast<std::ptrdiff_t>(begin),
          ids.begin() + static_cast<std::ptrdiff_t>(std::min(begin + kAtOnce, ids.size())));
      FURNACE_ASSIGN_OR_RETURN(const redis::Reply reply,
                               client_.RunAndWait(scripts_.weigh, {ShardPrefix(shard)}, page));
      const auto numbers = Elements(*reply);
      for (std::size_t i = 0; i < page.size() && 2 * i + 1 < numbers.size(); ++i) {
        loads[page[i]] = {.jobs = Int(*numbers[2 * i]), .bytes = Int(*numbers[2 * i + 1])};
      }
    }
  }
  return loads;
}

}  // namespace furnace::scheduler
