#include "services/scheduler/app/shard_leader.h"

namespace furnace::scheduler {

void ShardLeader::Renew() {
  for (int shard = 0; shard < shards_; ++shard) {
    const absl::StatusOr<bool> leads = log_.Lead(shard, replica_, kTerm);
    MutexLock lock(mutex_);
    if (leads.ok() && *leads) {
      led_.insert(shard);
    } else {
      led_.erase(shard);
    }
  }
}

std::vector<int> ShardLeader::Led() const {
  MutexLock lock(mutex_);
  return {led_.begin(), led_.end()};
}

bool ShardLeader::Leads(int shard) const {
  MutexLock lock(mutex_);
  return led_.contains(shard);
}

}  // namespace furnace::scheduler
