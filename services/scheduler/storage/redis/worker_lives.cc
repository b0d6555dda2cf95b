#include "services/scheduler/storage/redis/worker_lives.h"

#include <utility>
#include <vector>

#include "services/scheduler/domain/shard.h"
#include "services/scheduler/storage/redis/reply.h"

namespace furnace::scheduler {
namespace {

std::string Micros(absl::Duration duration) {
  return std::to_string(absl::ToInt64Microseconds(duration));
}

const char* Letter(WorkerPresence::State state) {
  switch (state) {
    case WorkerPresence::State::kIdle: return "i";
    case WorkerPresence::State::kBusy: return "b";
    case WorkerPresence::State::kEnded: return "e";
  }
  return "b";
}

}  // namespace

void RedisWorkerLives::Keep(Presences presences, Done<std::set<std::string>> done) {
  const int shard = ShardOfEndpoint(presences.endpoint_id, shards_);
  redis::Client::Words args = {std::move(presences.endpoint_id), std::move(presences.project_id),
                               std::to_string(presences.always_on), Micros(presences.lapse),
                               Micros(slice_)};
  std::vector<std::string> ids;
  for (const WorkerPresence& worker : presences.workers) {
    args.push_back(worker.worker.worker_id);
    args.emplace_back(Letter(worker.state));
    args.push_back(worker.life_id);
    args.push_back(worker.worker.gpu_type);
    args.push_back(std::to_string(worker.worker.gpu_count));
    ids.push_back(worker.worker.worker_id);
  }
  client_.Run(
      scripts_.keep_lives, {ShardPrefix(shard)}, args,
      [ids = std::move(ids), done = std::move(done)](absl::StatusOr<redis::Reply> reply) mutable {
        if (!reply.ok()) return done(reply.status());
        const auto results = Elements(**reply);
        std::set<std::string> always_on;
        for (std::size_t i = 0; i < results.size() && i < ids.size(); ++i) {
          if (Int(*results[i]) == 1) always_on.insert(ids[i]);
        }
        done(std::move(always_on));
      });
}

}  // namespace furnace::scheduler
